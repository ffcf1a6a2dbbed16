"""Which values of a variable the answers tell apart, and what a variable tells beyond question and answer.

A variable of a program is a division of the inputs: inputs of one value are one class. Two programs, or two ways to
write one, are the same to a test of answers where they divide the inputs alike; so everything here is about classes,
which are whole numbers from 0, in the order in which they first occur.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Classes = NDArray[np.int64]
"""`[input]`, or `[value]`: the number of the class of each."""


def classes_of(values: Iterable[Any]) -> Classes:
    """The class of each of these values, which may be lists or arrays; equal values are of one class."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(_frozen(value), len(known)) for value in values], np.int64)


def classes_of_rows(rows: NDArray[Any]) -> Classes:
    """The class of each row, `[row, ...]`; equal rows are of one class."""
    flat = np.ascontiguousarray(rows.reshape(len(rows), -1))
    if not flat.shape[1]:
        return np.zeros(len(flat), np.int64)
    _, first, classes = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[classes.reshape(-1)]


def decides(one: Classes, other: Classes) -> bool:
    """Whether inputs of one class of `one` are always of one class of `other`, so that the first tells the second."""
    return len(np.unique(np.stack([one, other]), axis=1).T) == len(np.unique(one))


@dataclass(frozen=True)
class EffectiveValues:
    """What a variable of a program comes to, as far as answers can tell.

    Attributes:
        values: how many values it takes.
        effective: how many of them the program's answers tell apart in some context.
        contexts: how many contexts each value was tried in: inputs that give all other variables their values.
        every_context: whether these are all that the inputs have.
        is_answer: whether the right answer alone tells which effective value it is: it adds nothing to the answer.
        is_question: whether every input has a value of its own, so that the variable is the question itself, renamed.
        classes: `[value]`, values of one class are never told apart.
    """

    values: int
    effective: int
    contexts: int
    every_context: bool
    is_answer: bool
    is_question: bool
    classes: Classes

    @property
    def all_told(self) -> bool:
        """Whether each value can be told from every other."""
        return self.effective == self.values


def effective_values(
    value_of: Classes, answers: NDArray[np.int16], table: NDArray[np.int16], every_context: bool = True
) -> EffectiveValues:
    """Which values are told apart by the answers of a program.

    Two values are told apart where in some context the program answers otherwise with the one than with the other.

    Args:
        value_of: `[input]`, which value the variable has there, numbered from 0 as in `table`.
        answers: `[input, graded]`, what the program answers at those outputs that the variable can change.
        table: `[value, context, graded]`, what it answers in each context if the variable had that value.
        every_context: whether `table` has every context of the inputs.
    """
    told = classes_of_rows(table)
    answered = classes_of_rows(answers)
    return EffectiveValues(
        values=len(table),
        effective=int(told.max()) + 1,
        contexts=table.shape[1],
        every_context=every_context,
        is_answer=decides(answered, told[value_of]),
        is_question=len(table) == len(value_of) > int(answered.max()) + 1,
        classes=told,
    )


def _frozen(value: Any) -> Hashable:
    """A value to look up; what cannot be is told by how it is written."""
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(map(_frozen, value))
    return value if isinstance(value, Hashable) else repr(value)
