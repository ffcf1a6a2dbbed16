"""A task with the answers of its questions shuffled: there is nothing to understand in it, only to remember.

`shuffled-NAME` is made of every task whose questions can be numbered and want answers alike. It is a null: what is
found in models of it says nothing of the task, and how often it is found says how far the finder can be believed.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.cases import Cases
from openwork.tasks.contract import Task, Tokens

PREFIX = "shuffled-"
MOST = 2**22
"""questions whose answers are shuffled at most"""
NOT_SHUFFLED = "the answers cannot be shuffled"


def shuffled(task: Task, shuffle: int = 0) -> Task:
    """The same questions, each with the answers of another one.

    Args:
        task: whose.
        shuffle: which of all orders, by a number.

    Raises:
        TaskError: a task of somebody's own, one that is shuffled already, or one whose answers cannot be exchanged.
    """
    reasons = []
    if task.name.startswith(PREFIX):
        reasons.append(Reason(task.name, "is shuffled already"))
    if task.file is not None:
        reasons.append(Reason(task.name, "is a task of your own, which is known by its file and not by its name"))
    if task.varying:
        reasons.append(Reason(task.name, "has questions of several lengths, whose answers do not fit each other"))
    reasons += _too_many(task)
    if reasons:
        raise TaskError(NOT_SHUFFLED, reasons)
    made: Any = shuffled_type(type(task))
    found: Task = made(**task.params, shuffle=shuffle)
    return found


@cache
def shuffled_type(base: type[Task]) -> type[Task]:
    """The type `shuffled-NAME` of a type of task, with the one parameter `shuffle` more."""
    plain: Any = base

    def __init__(self: Any, *, shuffle: int = 0, **params: int) -> None:
        plain.__init__(self, **params)
        if shuffle < 0:
            raise TaskError(f"there is no such {self.name} task", Reason("shuffle", f"{shuffle} is below 0"))
        self.shuffle = shuffle
        if too_many := _too_many(self):
            raise TaskError(NOT_SHUFFLED, too_many)

    def answers(self: Any, questions: Tokens) -> Tokens:
        others = order(self.shuffle, self.domain_size)[base.numbers(self, questions).astype(np.int64)]
        return base.answers(self, base.questions(self, others))

    def params(self: Any) -> Mapping[str, int]:
        return {**plain.params.fget(self), "shuffle": self.shuffle}

    def deciding_variable(self: Any, output: str) -> str | None:
        return None

    def cases(self: Any, output: str) -> Cases | None:
        return None

    def narrowed(self: Any, allowed: NDArray[np.bool_]) -> None:
        return None

    given = inspect.signature(base).parameters.values()
    extra = inspect.Parameter("shuffle", inspect.Parameter.KEYWORD_ONLY, default=0)
    fields = {
        "__init__": __init__,
        "__signature__": inspect.Signature([*given, extra]),
        "__doc__": f"`{base.name}` with its answers shuffled.",
        "name": PREFIX + base.name,
        "summary": f"{base.summary}, with the answers of all questions shuffled",
        "answers": answers,
        "params": property(params),
        "deciding_variable": deciding_variable,
        "cases": cases,
        "narrowed": narrowed,
        "shuffle": 0,
    }
    return type(f"Shuffled{base.__name__}", (base,), fields)


def _too_many(task: Task) -> list[Reason]:
    """Why a task's questions cannot be ordered; nothing where they can."""
    if task.domain_size is not None and task.domain_size <= MOST:
        return []
    return [Reason(str(task), f"has more than {MOST:,} questions", "give smaller parameters")]


@cache
def order(shuffle: int, size: int) -> NDArray[np.int64]:
    """The numbers 0 .. `size`-1 in one of their orders, the same on every machine: by the bits of a hash of each."""
    mixed = np.arange(size, dtype=np.uint64) + np.uint64((shuffle + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.argsort(mixed, kind="stable")
