"""The pages of the API reference: each exported name of the rooms that others build on, from its docstring."""

from __future__ import annotations

import ast
import importlib
import inspect
from types import ModuleType

ROOMS = (
    *("openwork", "openwork.tasks", "openwork.models", "openwork.interventions", "openwork.engines"),
    *("openwork.analyses", "openwork.claims", "openwork.errors", "openwork.testing"),
)
HEAD = """# Python API

Made from the docstrings. `import openwork as ow` is enough for most; the rooms are for who builds on them.

| | |
|---|---|
"""
LONGEST_VALUE = 100


def api_pages() -> dict[str, str]:
    """By file name."""
    modules = [importlib.import_module(name) for name in ROOMS]
    rows = [f"| [{m.__name__}]({m.__name__}.md) | {inspect.getdoc(m).splitlines()[0]} |" for m in modules]
    taken: set[str] = set()
    return {"index.md": HEAD + "\n".join(rows) + "\n"} | {f"{m.__name__}.md": _page(m, taken) for m in modules}


def exported(module: ModuleType) -> list[str]:
    """Its names for others; of a module that does not say, what it defines."""
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__]
    return sorted(getattr(module, "__all__", own), key=lambda name: (not name[0].islower(), name.lower()))


def said_of(module: ModuleType, name: str) -> str:
    """What the code says of an exported name: its docstring, or the text below its assignment; empty where nothing."""
    value = getattr(module, name)
    if inspect.isclass(value) or inspect.isroutine(value):
        return inspect.getdoc(value) or ""
    return _assigned(module, name)[1]


def _page(module: ModuleType, taken: set[str]) -> str:
    """The names that an earlier page has indexed are shown again, and not indexed."""
    room = module.__name__
    lines = [f"# {room}", "", "```{eval-rst}", f".. automodule:: {room}", "   :no-members:", ""]
    for name in exported(module):
        value = getattr(module, name)
        again = ["   :no-index:"] if f"{value!r}" in taken else []
        if inspect.isclass(value):
            kind = "exception" if issubclass(value, Exception) else "class"
            lines += [f".. auto{kind}:: {room}.{name}", "   :members:", *again]
        elif inspect.isroutine(value):
            lines += [f".. autofunction:: {room}.{name}", *again]
        else:
            written, said = _assigned(module, name)
            lines += [f".. py:data:: {room}.{name}", *again, *([f"   :value: {written}"] if written else [])]
            lines += ["", f"   {said}"]
        taken.add(f"{value!r}")
        lines.append("")
    return "\n".join([*lines, "```", ""])


def _assigned(module: ModuleType, name: str) -> tuple[str, str]:
    """What a name that is neither class nor function is assigned, where that is short, and the text below that."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):  # also what is imported for type checkers alone, where names are looked up when used
        if isinstance(node, ast.ImportFrom) and node.module and any(alias.name == name for alias in node.names):
            return _assigned(importlib.import_module(node.module), name)
    for here, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        targets = (
            here.targets if isinstance(here, ast.Assign) else [here.target] if isinstance(here, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            written = ast.unparse(here.value)
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            return (written if len(written) < LONGEST_VALUE else ""), " ".join(str(text).split())
    return "", ""
