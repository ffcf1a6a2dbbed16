"""Rules of tasks that want an answer at every position, about all that was seen so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openwork.page.rules.wording import asked, least, plus, rule, total
from openwork.programs import Program
from openwork.programs.language import Compared, Constant, Either, Expression, Match, Name, RunLength, SumSigned
from openwork.tasks import Task
from openwork.tasks.first_unique import FirstUnique
from openwork.tasks.induction import Induction
from openwork.tasks.run_length import RunLength as RunLengthTask
from openwork.tasks.running_sum_sign import RunningSumSign


def running_sum_sign(task: RunningSumSign) -> Program:
    """The sum so far is worked out once for each position; its sign is 0, 1 or 2."""
    x = asked(task)
    sums = {f"sum{i}": [SumSigned(tuple(x[: i + 1]), 2 * task.largest + 1)] for i in range(len(x))}
    return rule(task, [total([least(Name(name), 0), least(Name(name), 1)]) for name in sums], sums)


def run_length(task: RunLengthTask) -> Program:
    """The answer's number is one less than the length that it says."""
    x = asked(task)
    return rule(task, [plus(RunLength(tuple(x[: i + 1])), -1) for i in range(len(x))])


def induction(task: Induction) -> Program:
    x = asked(task)
    new = task.letters
    found: list[Expression] = [Constant(new)]
    found += [Match(x[i], tuple(x[:i]), tuple(x[1 : i + 1]), new) for i in range(1, len(x))]
    return rule(task, found)


def first_unique(task: FirstUnique) -> Program:
    """Of each letter so far whether it is still alone, and the first that is."""
    x, none = asked(task), task.letters
    alone: dict[str, list[Expression]] = {}
    found: list[Expression] = [Constant(none)]
    for seen in range(1, len(x) + 1):
        newest, before = x[seen - 1], x[: seen - 1]
        names = _items(seen - 1)
        still: list[Expression] = [
            Either(Compared(letter, "==", newest), Constant(0), was) for letter, was in zip(before, names, strict=True)
        ]
        new = Match(newest, tuple(before), tuple(Constant(0) for _ in before), 1) if before else Constant(1)
        alone[f"alone{seen}"] = [*still, new]
        found.append(Match(Constant(1), _items(seen), tuple(x[:seen]), none, last=False))
    return rule(task, found, alone)


def _items(seen: int) -> tuple[Name, ...]:
    """Whether each of the first letters is alone among them, as it is read."""
    names = [f"alone{seen}"] if seen == 1 else [f"alone{seen}[{at}]" for at in range(seen)]
    return tuple(map(Name, names))


RUNNING: Mapping[type[Task], Callable[[Any], Program]] = {
    RunningSumSign: running_sum_sign,
    RunLengthTask: run_length,
    Induction: induction,
    FirstUnique: first_unique,
}
