"""Cases: a condition on what is known, with a simple way to the answer where it holds and another where it does not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from openwork.programs.language import READABLE, Compared, Constant, Either, Expression, Ints, Name

FEW_VALUES = 4
"""values of one thing up to which it is tried as a condition to have each"""
MOST_COMPARED = 4
"""things up to which every two are compared"""
DEEP = 2
"""conditions, one inside the other"""
WIDE = 2
"""conditions after which the rest is looked at: those that settle most"""

TRIED = 3
"""conditions that are tried for each way that is usual: those that hold of most that it gets wrong"""

Half = Callable[[NDArray[np.bool_]], Expression | None]
"""the simplest way on these rows, without a table; None where there is none"""
Way = Callable[[NDArray[np.bool_]], tuple[Expression, Ints] | None]
"""what makes most of these rows, and which of all rows it makes wrong; None where there is nothing"""


def cases(columns: Sequence[tuple[Name, Ints]], half: Half, named: Collection[str] = ()) -> Expression | None:
    """The cheapest expression with one condition, or two where none does.

    Args:
        columns: what conditions may speak of, `[row]` each.
        half: finds what holds on some of the rows.
        named: names whose numbers stand for something else, which are not compared with true ones.
    """
    if not columns:
        return None
    return _split(list(_conditions(columns, named)), half, np.ones(len(columns[0][1]), bool), DEEP)


def _split(
    conditions: Sequence[tuple[Expression, NDArray[np.bool_]]], half: Half, rows: NDArray[np.bool_], deep: int
) -> Expression | None:
    """Of these rows, of which no single way is known."""
    best: Expression | None = None
    open_halves: list[tuple[int, int, Expression, Expression, NDArray[np.bool_]]] = []
    for number, (condition, holds) in enumerate(conditions):
        if not (holds & rows).any() or (holds >= rows).all():
            continue
        then = half(holds & rows)
        if then is None:
            continue
        otherwise = half(~holds & rows)
        if otherwise is not None:
            made = Either(condition, then, otherwise)
            best = made if best is None or made.cost < best.cost else best
        else:
            open_halves.append((-int((holds & rows).sum()), number, condition, then, ~holds & rows))
    if best is not None or deep == 1:
        return best
    for _, _, condition, then, left in sorted(open_halves, key=lambda one: one[:2])[:WIDE]:
        otherwise = _split(conditions, half, left, deep - 1)
        if otherwise is not None:
            return Either(condition, then, otherwise)
    return None


def cases_of_errors(
    columns: Sequence[tuple[Name, Ints]], usual: Expression, wrong: Ints, way: Way, named: Collection[str] = ()
) -> Iterator[tuple[Expression, Ints]]:
    """Expressions with one condition that holds of what the usual way gets wrong, and another way there; and the rows
    that are wrong all the same.

    Args:
        columns: what conditions may speak of, `[row]` each.
        usual: makes most rows.
        wrong: the rows that it does not.
        way: what does where a condition holds.
        named: as in `cases`.
    """
    errors = np.zeros(len(columns[0][1]), bool)
    errors[wrong] = True
    found = []
    for number, (condition, holds) in enumerate(_holding_of(columns, errors, named)):
        left = int((errors & ~holds).sum())
        if left <= READABLE and 0 < holds.sum() < len(holds):
            found.append((left, int(holds.sum()), number, condition, holds))
    for *_, condition, holds in sorted(found, key=lambda one: one[:3])[:TRIED]:
        there = way(holds)
        if there is not None:
            then, still = there
            yield Either(condition, then, usual), np.concatenate([np.flatnonzero(errors & ~holds), still])


def _holding_of(
    columns: Sequence[tuple[Name, Ints]], errors: NDArray[np.bool_], named: Collection[str]
) -> Iterator[tuple[Expression, NDArray[np.bool_]]]:
    """Conditions on one thing, with the number that most of these rows have or from which on they are, and on two."""
    for name, column in columns:
        values, counts = np.unique(column[errors], return_counts=True)
        most = int(values[counts.argmax()])
        yield Compared(name, "==", Constant(most)), column == most
        for bound, least in ((int(values[0]), True), (int(values[-1]) + 1, False)):
            if column.min() < bound <= column.max():
                condition = Compared(name, ">=" if least else "<", Constant(bound))
                yield condition, (column >= bound) == least
    yield from _of_two(columns, named)


def _of_two(
    columns: Sequence[tuple[Name, Ints]], named: Collection[str]
) -> Iterator[tuple[Expression, NDArray[np.bool_]]]:
    if len(columns) <= MOST_COMPARED:
        for (one, left), (other, right) in combinations(columns, 2):
            if (one.name in named) != (other.name in named):
                continue
            yield Compared(one, ">=", other), left >= right
            yield Compared(other, ">=", one), right >= left
            yield Compared(one, "==", other), left == right


def _conditions(
    columns: Sequence[tuple[Name, Ints]], named: Collection[str]
) -> Iterator[tuple[Expression, NDArray[np.bool_]]]:
    for name, column in columns:
        values = np.unique(column)
        if len(values) <= FEW_VALUES:
            # Of two values one condition says both.
            for value in values[: 1 if len(values) == 2 else len(values)].tolist():
                yield Compared(name, "==", Constant(value)), column == value
    yield from _of_two(columns, named)
