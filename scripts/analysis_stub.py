"""The stub of `jobs/measured_run.py`: what each method that is made from an analysis is to a type checker."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
from collections.abc import Callable, Iterator

from openwork.analyses import ANALYSES, Result
from openwork.jobs.measured_run import MeasuredRun
from openwork.jobs.measuring import GIVEN

HEAD = '''"""Written by scripts/generate_docs.py: the methods that `with_analyses` makes of the analyses."""

# ruff: noqa: E501

'''
CLASS = '''
class MeasuredRun(JudgedRun):
    """A run with every analysis as a method."""

'''
LINE = 120
Import = tuple[str, str]
"""a module, and a name in it; none for the module itself"""
ALWAYS = {("openwork.jobs.judged_run", "JudgedRun"), ("openwork.report", "Display")}


def analysis_stub() -> str:
    """Every method with its arguments, their types and its words."""
    made = {name.replace("-", "_"): analysis for name, analysis in ANALYSES.items()}
    made = {name: analysis for name, analysis in made.items() if name in vars(MeasuredRun)}
    imports = ALWAYS.union(*(_imports(analysis) for analysis in made.values()))
    return HEAD + _import_lines(imports) + CLASS + "\n".join(map(_method, made, made.values()))


def _asked(analysis: Callable[..., Result]) -> list[inspect.Parameter]:
    return [asked for asked in inspect.signature(analysis).parameters.values() if asked.name not in GIVEN]


def _method(name: str, analysis: Callable[..., Result]) -> str:
    asked = ["self", *map(_argument, _asked(analysis))]
    line, within = f"    def {name}({', '.join(asked)}) -> Display:", f"        {', '.join(asked)}"
    if len(within) > LINE:
        within = "".join(f"        {one},\n" for one in asked).rstrip()
    if len(line) > LINE:
        line = f"    def {name}(\n{within}\n    ) -> Display:"
    return f"{line}\n{_words(getattr(MeasuredRun, name).__doc__)}"


def _argument(asked: inspect.Parameter) -> str:
    assert asked.kind is asked.POSITIONAL_OR_KEYWORD, f"{asked} needs more than this stub can say"
    default = json.dumps(asked.default) if isinstance(asked.default, str) else repr(asked.default)
    return f"{asked.name}: {asked.annotation}" + ("" if asked.default is asked.empty else f" = {default}")


def _words(doc: str) -> str:
    lines = f'"""{doc}\n"""' if "\n" in doc else f'"""{doc}"""'
    return "".join(f"        {line}".rstrip() + "\n" for line in lines.splitlines())


def _imports(analysis: Callable[..., Result]) -> Iterator[Import]:
    """Where the types of its arguments come from: from where its own module has them."""
    module = inspect.getmodule(analysis)
    assert module is not None
    nodes = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)]
    homes = {alias.name: str(node.module) for node in nodes for alias in node.names}
    for asked in _asked(analysis):
        for node in ast.walk(ast.parse(str(asked.annotation))):
            if isinstance(node, ast.Name) and not hasattr(builtins, node.id):
                yield homes.get(node.id, module.__name__), node.id


def _import_lines(imports: set[Import]) -> str:
    """Python's own first, then ours."""
    names = [name for _, name in imports]
    assert len(set(names)) == len(names), f"one name of two things: {sorted(names)}"
    homes = sorted({home for home, _ in imports}, key=lambda home: (home.startswith("openwork"), home))
    lines = [f"from {home} import {', '.join(sorted(n for h, n in imports if h == home))}\n" for home in homes]
    own = next(number for number, home in enumerate(homes) if home.startswith("openwork"))
    return "".join([*lines[:own], "\n", *lines[own:]])
