"""Plain Python programs with named variables: what a model is held against.

A program is some functions. Each is a variable, by its name; its parameters name the variables that it is computed
from, other functions or the variables of the task. What is numbered, as `x[0]`, `x[1]`, is one list, `x`; so is the
value of a function that stands for several. The task's outputs are functions too::

    def digit(x):
        return x[::-1]

    def y(digit):
        return [(d + 1) % 4 for d in digit]

Questions come as the numbers of their values, as in `Task.questions`; answers are numbers in the answer vocabulary, or
its symbols. A function whose name begins with an underscore is no variable.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import FunctionType
from typing import Any

from openwork.errors import ClaimError, Reason, suggestion
from openwork.tasks import Task

ELEMENT = re.compile(r"(.+)\[(\d+)\]")
FAILURES = (Exception, SystemExit)
"""What a program may raise that is its own failure; one that exits must not end a check as if all were well."""


@dataclass(frozen=True, eq=False)
class GivenProgram:
    """Functions by name, in the order in which they are written, and the text that they come from."""

    name: str
    functions: Mapping[str, Callable[..., Any]]
    text: str

    @classmethod
    def of(cls, *functions: Callable[..., Any], name: str = "program") -> GivenProgram:
        """A program of these functions."""
        text = "\n".join(map(_source, functions))
        return cls(name, {function.__name__: function for function in functions}, text)

    @cached_property
    def digest(self) -> str:
        """A short name that is the same for the same text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """What each variable is computed from."""
        return {name: tuple(inspect.signature(f).parameters) for name, f in self.functions.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The variables, each after those that it is computed from. Only where `misfits` finds nothing."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            for parent in self.parents.get(name, ()):
                visit(parent)
            if name in self.functions:
                order.setdefault(name)

        for name in self.functions:
            visit(name)
        return tuple(order)

    def descendants(self, name: str) -> tuple[str, ...]:
        """The variables that are computed from this one, directly or by way of others, in order."""
        names = {name}
        for other in self.order:
            if names & set(self.parents[other]):
                names.add(other)
        return tuple(other for other in self.order if other in names - {name})

    def misfits(self, task: Task) -> list[Reason]:
        """What keeps this from being a program for the task: names that are not there, or that go in a circle."""
        given, wanted = grouped(tuple(v.name for v in task.variables)), grouped(task.outputs)
        known, reasons = {*self.functions, *given}, []
        for name, parents in self.parents.items():
            where = f"{self.name}, {name}"
            if name in given:
                reasons.append(Reason(where, f"{name} is what the question gives", "give the function another name"))
            kinds = {p.kind for p in inspect.signature(self.functions[name]).parameters.values()}
            if kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
                reasons.append(Reason(where, "takes * or ** parameters", "name the variables that it is computed from"))
                continue
            for parent in parents:
                if parent not in known:
                    reasons.append(Reason(where, f"there is no variable {parent}", suggestion(parent, known)))
        for name in wanted:
            if name not in self.functions:
                mend = f"write a function {name} that gives the answers"
                reasons.append(Reason(self.name, f"does not compute the output {name}", mend))
        circle = self._circle()
        return reasons + ([Reason(self.name, f"is circular: {' needs '.join(circle)}")] if circle else [])

    def _circle(self) -> list[str]:
        """Variables that need each other, the first one also last; empty where there are none."""

        def search(name: str, path: list[str]) -> list[str]:
            if name in path:
                return [*path[path.index(name) :], name]
            return next((c for parent in self.parents.get(name, ()) if (c := search(parent, [*path, name]))), [])

        return next((circle for name in self.functions if (circle := search(name, []))), [])

    def run(self, values: dict[str, Any], variables: Sequence[str]) -> dict[str, Any]:
        """The values with these variables computed anew, in this order. Raises what the program raises."""
        values = dict(values)
        for name in variables:
            # Copies, so that a function which changes a list that it is given changes no other's.
            given = (values[parent] for parent in self.parents[name])
            values[name] = self.functions[name](*(list(v) if isinstance(v, list) else v for v in given))
        return values

    def __str__(self) -> str:
        return self.name


def program_from_text(text: str, name: str) -> GivenProgram:
    """The program in a Python file. This executes the file, so only do it where the user has asked for it.

    Raises:
        ClaimError: it is not Python, raises when it is read, or has no functions.
    """
    scope: dict[str, Any] = {"__name__": name, "__file__": name}
    try:
        exec(compile(text, name, "exec"), scope)
    except FAILURES as error:
        raise ClaimError("the program cannot be read", Reason(name, _told(error, name))) from error
    functions = {
        key: value
        for key, value in scope.items()
        if isinstance(value, FunctionType) and value.__module__ == name and not key.startswith("_")
    }
    if not functions:
        mend = "write one for each variable, with its parents as parameters"
        raise ClaimError("the program cannot be read", Reason(name, "has no functions", mend))
    return GivenProgram(name, functions, text)


@lru_cache
def grouped(names: tuple[str, ...]) -> Mapping[str, int | list[int]]:
    """Where each stem's elements stand among the names: `{"x": [0, 1], "sign": 2}` for `x[0]`, `x[1]`, `sign`."""
    groups: dict[str, int | list[int]] = {}
    for place, name in enumerate(names):
        element = ELEMENT.fullmatch(name)
        if element is None:
            groups[name] = place
        elif isinstance(several := groups.setdefault(element[1], []), list):
            several.append(place)
    return groups


def _source(function: Callable[..., Any]) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return f"{function.__name__}: {function.__code__.co_code.hex()} {function.__code__.co_consts}"


def _told(error: BaseException, name: str) -> str:
    """What a program raised, and in which of its lines."""
    # Not extract_tb, which reads source lines: a program that calls itself for ever leaves a thousand frames each time.
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == name]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    what = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"raises {type(error).__name__}: {what}" + (f" (line {line})" if line else "")


def raised(error: BaseException, program: GivenProgram) -> str:
    """What a program raised when it ran, and in which of its lines."""
    return _told(error, program.name)
