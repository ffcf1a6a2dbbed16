"""Few words: a glossary that stays short, classes that do not share a name, calls whose arguments have names."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "openwork"
MOST_WORDS = 20
MOST_BY_POSITION = 7
PUBLIC = [f"openwork.{path.parent.name}" for path in sorted(PACKAGE.glob("*/__init__.py"))]
SHARED = {
    "Variable": "of a task, and of a program that is found in a model",
    "RunLength": "a task, and the primitive of programs that says the same",
    "Attention": "what is measured of it, and the layer in a model of plain PyTorch",
}
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    return ((name, node) for name, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, kind))


def test_the_glossary_is_short():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("\n## Words\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE)
    words = [word for row in rows[1:] for word in row.split(", ")]
    assert rows[0] == "word" and words
    assert len(words) <= MOST_WORDS
    assert len(set(words)) == len(words)


def test_no_class_has_the_name_of_a_public_one():
    homes = defaultdict(set)
    for name, node in nodes(ast.ClassDef):
        homes[node.name].add(f"openwork.{name.removesuffix('.py').replace('/', '.')}")
    public = {
        name
        for room in PUBLIC
        for name in getattr(importlib.import_module(room), "__all__", ())
        if isinstance(getattr(importlib.import_module(room), name), type)
    }
    assert public
    assert not {name: homes[name] for name in public - SHARED.keys() if len(homes[name]) > 1}


def test_no_call_has_many_arguments_by_position():
    many = {
        f"{name}:{node.lineno} {ast.unparse(node.func)}"
        for name, node in nodes(ast.Call)
        if sum(not isinstance(argument, ast.Starred) for argument in node.args) > MOST_BY_POSITION
    }
    assert not many
