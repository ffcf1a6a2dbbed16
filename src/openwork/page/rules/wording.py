"""The few words that rules are written in: a question's symbols, a task's answers, and sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from openwork.programs import Output, Program, Symbol, Variable
from openwork.programs.language import Compared, Constant, Expression, Name, Plus, Sum
from openwork.tasks import Task


def asked(task: Task) -> list[Name]:
    """The question's variables, in order."""
    return [Name(variable.name) for variable in task.variables]


def rule(task: Task, answers: Iterable[Expression], kept: Mapping[str, Sequence[Expression]] | None = None) -> Program:
    """The program of these answers, in the order of the task's outputs; `kept` is what is worked out on the way."""
    return Program(
        tuple(Symbol(variable.name, variable.position) for variable in task.variables),
        tuple(Variable(name, tuple(items), ()) for name, items in (kept or {}).items()),
        tuple(
            Output(name, answer, position)
            for name, answer, position in zip(task.outputs, answers, task.graded, strict=True)
        ),
    )


def total(parts: Sequence[Expression]) -> Expression:
    """Their sum; one by itself is its own, and none is 0."""
    if not parts:
        return Constant(0)
    return parts[0] if len(parts) == 1 else Sum(tuple(parts))


def plus(one: Expression, number: int) -> Expression:
    return Plus(one, Constant(number))


def least(one: Expression, number: int) -> Expression:
    """1 where it is at least this number, else 0."""
    return Compared(one, ">=", Constant(number))
