from __future__ import annotations

import ast
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import grimp
import pytest

from openwork.analyses import ANALYSES
from openwork.tasks.registry import OURS


def package_of(module: str) -> str:
    """The file or folder below its room that a module belongs to."""
    return ".".join(module.split(".")[:3])


ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "openwork"


def test_rooms_import_only_rooms_above_them():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_internal_import_hides_in_a_function():
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if is_internal(node)
    ]
    assert not hidden


def is_internal(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return bool(node.level) or (node.module or "").split(".")[0] == "openwork"
    return isinstance(node, ast.Import) and any(name.name.split(".")[0] == "openwork" for name in node.names)


def test_the_search_for_hidden_imports_finds_one():
    for text in ("from openwork.errors import Reason", "import openwork.errors", "from . import errors"):
        assert is_internal(ast.parse(text).body[0])
    assert not is_internal(ast.parse("import numpy").body[0])


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("openwork", include_external_packages=False, cache_dir=None)


SIBLINGS = {
    "tasks": {task.__module__ for task in OURS},
    "analyses": {package_of(analysis.__module__) for analysis in ANALYSES.values()},
}


@pytest.mark.parametrize("room", SIBLINGS)
def test_siblings_do_not_import_each_other(imports, room):
    """Independence of what lies beside what it shares, so that import-linter would want a list of its own of them."""
    one_another = [
        (one, other)
        for one, other in permutations(sorted(SIBLINGS[room]), 2)
        if imports.find_shortest_chains(one, other, as_packages=True)
    ]
    assert not one_another


def test_the_search_for_imports_among_siblings_finds_one(imports):
    assert imports.find_shortest_chains("openwork.jobs.pipeline", "openwork.jobs.search", as_packages=True)
