from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "core", "tests", "bench", "scripts")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
NAMELESS = {"utils", "util", "helpers", "misc", "common"}
# Written in two pieces, so that this file does not find itself.
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "weights_only=" + "False", "pickle." + "load"]


def files(*suffixes: str) -> list[Path]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if "__pycache__" not in path.parts)


CODE = files(".py", ".cpp", ".hpp", ".h", ".css", ".js")
PYTHON = files(".py")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def test_there_is_code_to_look_at():
    assert {name_of(path) for path in CODE} >= {"src/openwork/errors.py", "tests/architecture/test_files.py"}


def test_no_file_is_long():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert not {name: n for name, n in lengths.items() if n > LONGEST_FILE}


def test_no_function_is_long():
    long = {f"{name_of(path)} {f}": n for path in PYTHON for f, n in functions(path) if n > LONGEST_FUNCTION}
    assert not long


def test_every_place_has_a_name_of_its_own():
    nameless = [name_of(path) for path in CODE if NAMELESS & {part.removesuffix(path.suffix) for part in path.parts}]
    assert not nameless


@pytest.mark.parametrize("word", UNFINISHED)
def test_nothing_is_left_undone(word):
    assert not [name_of(path) for path in CODE if word in path.read_text(encoding="utf-8")]


def test_every_module_of_the_package_says_what_it_is():
    silent = [name_of(p) for p in PYTHON if "src" in p.parts and not ast.get_docstring(ast.parse(p.read_text()))]
    assert not silent


def test_continuous_integration_runs_the_checks_and_the_tests():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "scripts/check" in text
    assert "scripts/test" in text
