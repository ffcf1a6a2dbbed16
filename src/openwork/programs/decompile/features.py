"""Labels to try: what a place may know of the question, as columns over the inputs looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from openwork.programs.decompile.matches import items_at, lists_of
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.language import (
    Compared,
    Constant,
    Count,
    CountBelow,
    CountOneOf,
    Distance,
    Expression,
    Ints,
    Known,
    Largest,
    Minus,
    Modulo,
    Name,
    PairCount,
    PlaceInOrder,
    Plus,
    Ranked,
    RunLength,
    SelectorWidth,
    Smallest,
    Sum,
    SumSigned,
    signed_modulus,
    splits,
)
from openwork.programs.program import Symbol

FEW_SYMBOLS = 6
"""values up to which each symbol is counted by itself"""
MOST_PAIRED = 9
"""symbols up to which all pairs of them are tried"""


@dataclass(frozen=True, eq=False)
class Feature:
    """A column that a place may hold.

    Attributes:
        text: what it is.
        column: `[row]`.
        cost: how much there is to it.
        expression: from question symbols; None for the model's own answers, of which only the value is known.
        alone: whether it is a label only by itself: there are so many that some of them together say anything.
    """

    text: str
    column: Ints
    cost: float
    expression: Expression | None
    alone: bool = False

    @cached_property
    def codes(self) -> tuple[Ints, int]:
        """The classes of the rows by this column, 0 to so many less one, and how many."""
        values, codes = np.unique(self.column, return_inverse=True)
        return codes.reshape(-1), len(values)


def symbols_of(network: Network) -> tuple[Symbol, ...]:
    """Every token that varies, by the name of its role."""
    names = network.subject.position_names
    clear = [name if name.isascii() and " " not in name else f"seen[{p}]" for p, name in enumerate(names)]
    return tuple(Symbol(clear[p], p, network.numbering(p)) for p in network.symbols)


@dataclass(frozen=True, eq=False)
class Features:
    """What can be known at each position, over some rows.

    Attributes:
        network: the model.
        rows: which of its inputs.
    """

    network: Network
    rows: Rows
    made: dict[str, Feature] = field(default_factory=dict)
    """by text: what several positions know is worked out once"""

    def at(self, position: int) -> list[Feature]:
        """Everything to try at this position, which sees what stands before it, or all where nothing is hidden."""
        return [self.made.setdefault(f.text, f) for f in self._found(position) if f.codes[1] > 1]

    def _found(self, position: int) -> Iterator[Feature]:
        causal = self.network.subject.spec.attention_dir == "causal"
        symbols = [s for s in symbols_of(self.network) if not causal or s.position <= position]
        asked = {v.position for v in self.network.subject.task.variables}
        question = [Name(s.name) for s in symbols if s.position in asked]
        for s in symbols:
            yield self._feature(Name(s.name), 1.0 if s.position in asked else 1.5)
        if len(question) > 1:
            base = 1 + max(int(self._known[name.name].max()) for name in question)
            yield from (self._feature(expression, 2.0) for expression in _reductions(question, base))
            yield from (self._feature(expression, 2.5, alone=True) for expression in _alone(question, base))
            places = [(Name(s.name), self._known[s.name], s.position) for s in symbols if s.position in asked]
            yield from (self._feature(expression, 2.5) for expression in _of_two_lists(lists_of(places)))
            if self._signed is not None:
                yield self._feature(SumSigned(tuple(question), self._signed), 2.0)
            if len(question) <= MOST_PAIRED:
                yield from (self._feature(expression, 3.0) for expression in _pairs(question, base))
            yield from (self._feature(item, 3.0) for item in items_at(places))
        here = [Name(s.name) for s in symbols if s.position == position and s.position in asked]
        if len(question) > 1:
            yield from (self._feature(width, cost) for name in here for width, cost in _widths(question, name))
            if len(question) <= MOST_PAIRED:
                keys = tuple(question)
                yield from (
                    self._feature(SelectorWidth(keys, "==", name), 3.0) for name in question if name not in here
                )
        for g, graded in enumerate(self.network.dataset.graded):
            text = f"answer {self.network.subject.task.outputs[g]}"
            if graded <= position or not causal:
                column = self.network.answer_numbering.read(self.network.answers[self.rows, g])
                yield self.made.get(text) or Feature(text, column, 4.0, None)

    def _feature(self, expression: Expression, cost: float, alone: bool = False) -> Feature:
        text = expression.text()
        return self.made.get(text) or Feature(text, expression.values(self._known), cost, expression, alone)

    @cached_property
    def _signed(self) -> int | None:
        return signed_modulus(self.network.subject.task.vocabulary.symbols)

    @cached_property
    def _known(self) -> Known:
        tokens = self.network.tokens[self.rows]
        return {s.name: s.read(tokens) for s in symbols_of(self.network)}


def _reductions(question: Sequence[Name], base: int) -> Iterator[Expression]:
    names = tuple(question)
    yield Sum(names)
    yield Modulo(Sum(names), 2)
    yield RunLength(names)
    if base > 2:
        yield Largest(names)
        yield Smallest(names)
        for rank in range(1, len(names) - 1):
            yield Ranked(names, rank)
    if 2 < base <= FEW_SYMBOLS:
        for symbol in range(base):
            yield Count(names, symbol)
        for bound in range(1, base):
            yield CountBelow(names, bound)


def _alone(question: Sequence[Name], base: int) -> Iterator[Expression]:
    """How many symbols are one of some; how often a symbol is the next one again, or the one that mirrors it."""
    names, half = tuple(question), len(question) // 2
    if base <= FEW_SYMBOLS:
        yield from (CountOneOf(names, numbers) for numbers in splits(base))
    if len(names) > 2:
        yield PairCount(names[:-1], "==", names[1:])
        if half > 1:
            yield PairCount(names[:half], "==", names[: -half - 1 : -1])


def _of_two_lists(lists: Sequence[tuple[Name, ...]]) -> Iterator[Expression]:
    """By how much one list sums to more than another, and how often they are the same."""
    for one, other in combinations([held for held in lists if len(held) > 1], 2):
        yield Minus(Sum(one), Sum(other))
        if len(one) == len(other):
            yield PairCount(one, "==", other)


def _widths(question: Sequence[Name], query: Name) -> Iterator[tuple[Expression, float]]:
    """How many are the same as what stands here, smaller or larger; and its place when all are sorted."""
    keys = tuple(question)
    yield SelectorWidth(keys, "==", query), 2.5
    yield SelectorWidth(keys, "<", query), 2.5
    # The same as one of its neighbours at either end of the list: there the plainer one is said.
    yield PlaceInOrder(keys.index(query), keys), 2.55
    yield SelectorWidth(keys, ">", query), 2.6


def _pairs(question: Sequence[Name], base: int) -> Iterator[Expression]:
    for left, right in combinations(question, 2):
        total = Plus(left, right)
        yield total
        yield Modulo(total, base)
        yield Distance(left, right)
        yield Compared(total, ">=", Constant(base))
        yield Compared(left, "==", right)
