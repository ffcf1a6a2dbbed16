"""Reductions: what a list comes to, and what is made of two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from openwork.programs.language import (
    Compared,
    Count,
    CountBelow,
    CountOneOf,
    Distinct,
    Expression,
    Largest,
    Minus,
    MostFrequent,
    Name,
    PairCount,
    Plus,
    Ranked,
    Relation,
    RunLength,
    Smallest,
    Sum,
    splits,
)

SYMBOLS = 6
"""values up to which each is counted"""
WIDTHS: tuple[Relation, ...] = ("==", "<", ">")
"""how symbols may compare with a number, to be counted"""


def of_two_lists(families: Sequence[tuple[Name, ...]]) -> Iterator[Expression]:
    """What is made of two lists that share nothing: by what each comes to, or place by place."""
    for one, other in combinations([names for names in families if len(names) > 1], 2):
        if set(one) & set(other):
            continue
        for reduced in (Sum, Largest, Smallest):
            left, right = reduced(one), reduced(other)
            yield from (Plus(left, right), Minus(left, right), Minus(right, left))
            yield from (Compared(left, ">=", right), Compared(right, ">=", left), Compared(left, "==", right))
        if len(one) == len(other):
            yield from (PairCount(one, relation, other) for relation in WIDTHS)


def reductions(names: tuple[Expression, ...], top: int) -> Iterator[Expression]:
    if len(names) > 2:
        yield Sum(names)
        yield RunLength(names)
        # Each with the next, and the first with the last.
        yield from (PairCount(names[:-1], relation, names[1:]) for relation in ("==", ">", "<"))
        if (half := len(names) // 2) > 1:
            yield PairCount(names[:half], "==", names[: -half - 1 : -1])
    yield Largest(names)
    yield Smallest(names)
    if len(names) > 2 and top <= SYMBOLS:
        for symbol in range(top + 1):
            yield Count(names, symbol)
        for bound in range(2, top):
            yield CountBelow(names, bound)
        yield from (CountOneOf(names, numbers) for numbers in splits(top + 1) if top < SYMBOLS)
        if top > 1:
            yield MostFrequent(names, top + 1)
    for rank in range(1, len(names) - 1):
        yield Ranked(names, rank)
    if len(names) > 2:
        yield Distinct(names)
        yield Minus(Largest(names), Smallest(names))
