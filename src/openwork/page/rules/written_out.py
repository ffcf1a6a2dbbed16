"""Rules of tasks that write digits: again in another order or way, or the sum of two numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openwork.page.rules.wording import asked, least, plus, rule, total
from openwork.programs import Program
from openwork.programs.language import Expression, Modulo, Name, Ranked
from openwork.tasks import Task
from openwork.tasks.addition import Addition
from openwork.tasks.caesar_shift import CaesarShift
from openwork.tasks.copy import Copy
from openwork.tasks.reverse import Reverse
from openwork.tasks.reverse_increment import ReverseIncrement
from openwork.tasks.reversed_addition import ReversedAddition
from openwork.tasks.sort import Sort


def copied(task: Copy) -> Program:
    return rule(task, asked(task))


def reverse(task: Reverse) -> Program:
    return rule(task, asked(task)[::-1])


def reverse_increment(task: ReverseIncrement) -> Program:
    return rule(task, [Modulo(plus(x, 1), task.base) for x in asked(task)[::-1]])


def caesar_shift(task: CaesarShift) -> Program:
    key, *digits = asked(task)
    return rule(task, [Modulo(total([digit, key]), task.base) for digit in digits])


def in_order(task: Sort) -> Program:
    x = tuple(asked(task))
    return rule(task, [Ranked(x, rank) for rank in range(len(x))])


def addition(task: Addition) -> Program:
    """The most significant digit stands first."""
    digits, carries = _summed(task.base, asked(task)[: task.digits][::-1], asked(task)[task.digits :][::-1])
    return rule(task, digits[::-1], carries)


def reversed_addition(task: ReversedAddition) -> Program:
    """The least significant digit stands first."""
    digits, carries = _summed(task.base, asked(task)[: task.digits], asked(task)[task.digits :])
    return rule(task, digits, carries)


def _summed(base: int, a: Sequence[Name], b: Sequence[Name]) -> tuple[list[Expression], dict[str, list[Expression]]]:
    """The digits of a sum, the least significant first and the last carry behind them, and what is carried on."""
    digits: list[Expression] = []
    carries: dict[str, list[Expression]] = {}
    carried: list[Expression] = []
    for place, (one, other) in enumerate(zip(a, b, strict=True)):
        here = total([one, other, *carried])
        digits.append(Modulo(here, base))
        carries[f"carry{place}"] = [least(here, base)]
        carried = [Name(f"carry{place}")]
    return [*digits, *carried], carries


WRITTEN_OUT: Mapping[type[Task], Callable[[Any], Program]] = {
    Copy: copied,
    Reverse: reverse,
    ReverseIncrement: reverse_increment,
    CaesarShift: caesar_shift,
    Sort: in_order,
    Addition: addition,
    ReversedAddition: reversed_addition,
}
