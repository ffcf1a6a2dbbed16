"""Templates: what can be known at any position of a text, said of the symbols up to it in the same way everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.automaton import inferred
from openwork.programs.decompile.network import Network
from openwork.programs.language import (
    Compared,
    Constant,
    Count,
    Either,
    Expression,
    Ints,
    Match,
    Minus,
    Modulo,
    MostFrequent,
    Name,
    NextAbove,
    RunLength,
    Scan,
)

MOST_COUNTED = 8
"""symbols up to which each is counted"""
PERIODS = (2, 3, 4)
"""of positions that are tried"""
STRIDES = (2, 3)
"""of texts that may be interleaved"""
BACK = 3
"""how far back a symbol is known by its place"""
FIRST = 2
"""symbols of a text that are known by their place"""


@dataclass(frozen=True, eq=False)
class Moments:
    """Every place where an answer is wanted: a text as far as it is written there, and what the model answers.

    Attributes:
        network: the model.
        rows: `[moment]`, the input.
        positions: `[moment]`, where its answer is wanted: the text's last symbol stands there.
        answers: `[moment]`, the model's.
        right: `[moment]`, the task's.
    """

    network: Network
    rows: Ints
    positions: Ints
    answers: Ints
    right: Ints

    @classmethod
    def of(cls, network: Network) -> Moments:
        """Of all inputs."""
        rows, graded = np.nonzero(network.asked)
        positions = np.asarray(network.dataset.graded)[graded]
        own, right = (
            table[rows, graded].astype(np.int64) for table in (network.answers, network.subject.inputs.answers)
        )
        return cls(network, rows, positions, own, right)

    @cached_property
    def last(self) -> Ints:
        """`[moment]`, the symbol that stands there."""
        return self.network.tokens[self.rows, self.positions].astype(np.int64)

    @cached_property
    def symbols(self) -> tuple[int, ...]:
        """That texts are made of, what stands at the beginning aside."""
        inside = np.arange(self.network.tokens.shape[1])[None] <= self._ends[:, None]
        inside[:, 0] = False
        return tuple(np.unique(self.network.tokens[inside]).tolist())

    @property
    def letters(self) -> range:
        """The symbols that questions are made of: all before what stands at the beginning of texts."""
        return range(int(self.network.tokens[:, 0].min()))

    @cached_property
    def _ends(self) -> Ints:
        ends = np.zeros(len(self.network.tokens), np.int64)
        np.maximum.at(ends, self.rows, self.positions)
        return ends

    def running(self, marks: NDArray[np.bool_]) -> Ints:
        """`[moment]`, how many of these marks, `[input, pos]`, stand up to there."""
        found: Ints = np.cumsum(marks, axis=1, dtype=np.int64)[self.rows, self.positions]
        return found

    def prefixes(self, answers: Ints) -> dict[tuple[int, ...], int]:
        """Each text, what stands at the beginning aside, and what is answered to it by these, `[moment]`."""
        texts = self.network.tokens.tolist()
        found = zip(self.rows.tolist(), self.positions.tolist(), answers.tolist(), strict=True)
        return {tuple(texts[row][1 : position + 1]): answer for row, position, answer in found}


@dataclass(frozen=True, eq=False)
class Template:
    """Something that can be known at every position.

    Attributes:
        column: `[moment]`.
        at: how it follows from the symbols up to a position.
        cost: how much there is to it.
        local: whether the symbol that stands there says it, or the position.
        fixed: whether the position alone says it: at each it is one number.
    """

    column: Ints
    at: Callable[[int], Expression]
    cost: float
    local: bool = False
    fixed: bool = False


def symbol(position: int) -> Name:
    """What stands at a position of a text."""
    return Name(f"s[{position}]")


def text_to(position: int) -> tuple[Name, ...]:
    """All that stands up to a position."""
    return tuple(symbol(p) for p in range(position + 1))


def templates(moments: Moments) -> list[Template]:
    """All that are tried, the simplest first."""
    found = [t for t in _found(moments) if t.column.min() < t.column.max()]
    return sorted(found, key=lambda t: t.cost)


def symbol_brought(moments: Moments) -> Template:
    """The symbol that stands there, as a head that looks at its own position brings it."""
    return Template(moments.last, symbol, 0.75)


def _found(moments: Moments) -> Iterator[Template]:
    tokens = moments.network.tokens
    yield Template(moments.last, symbol, 0.5, local=True)
    for back in range(1, BACK + 1):
        at = np.maximum(moments.positions - back, 0)
        column = tokens[moments.rows, at].astype(np.int64)
        yield Template(column, lambda p, b=back: symbol(max(p - b, 0)), 0.75 + back / 4)  # type: ignore[misc]
    for place in range(1, FIRST + 1):
        at = np.minimum(moments.positions, place)
        yield Template(tokens[moments.rows, at].astype(np.int64), lambda p, n=place: symbol(min(p, n)), 1.5)  # type: ignore[misc]
    for n in PERIODS:
        yield Template(moments.positions % n, lambda p, n=n: Constant(p % n), 1.0, True, True)  # type: ignore[misc]
    if len(moments.symbols) <= MOST_COUNTED:
        yield from _counts(moments)
        yield from _every_nth(moments)
    yield Template(_run_lengths(moments), lambda p: RunLength(text_to(p)), 2.0)
    yield from _after_matches(moments)
    if not moments.network.dataset.sets and len(moments.letters) > 2:
        yield _most_frequent(moments)
        yield _next_above(moments)
    if moments.network.dataset.sets:
        # A model that is wrong here and there is no automaton of few states; what it is right by may be one.
        kinds = (moments.answers, moments.right)
        steps = next(filter(None, (inferred(moments.prefixes(some), moments.symbols) for some in kinds)), None)
        if steps:
            width = int(moments.positions.max()) + 1
            known = {symbol(p).name: tokens[:, p].astype(np.int64) for p in range(width)}
            yield Template(_scanned(moments, steps, known), lambda p: Scan(text_to(p), steps), 3 + len(steps) / 4)


def _counts(moments: Moments) -> Iterator[Template]:
    tokens = moments.network.tokens
    counts = {v: moments.running(tokens == v) for v in moments.symbols}
    for v, column in counts.items():
        yield Template(column, lambda p, v=v: Count(text_to(p), v), 1.5)  # type: ignore[misc]
        yield Template(column % 2, lambda p, v=v: Modulo(Count(text_to(p), v), 2), 2.0)  # type: ignore[misc]
    for u, v in combinations(counts, 2):

        def difference(p: int, u: int = u, v: int = v) -> Expression:
            return Minus(Count(text_to(p), u), Count(text_to(p), v))

        yield Template(counts[u] - counts[v], difference, 2.0)


def _every_nth(moments: Moments) -> Iterator[Template]:
    """Of several texts that are interleaved, and answered in turn, how much more often the one whose turn it is has one
    symbol than another."""
    tokens, positions = moments.network.tokens, moments.positions
    for n, (u, v) in product(STRIDES, combinations(moments.symbols, 2)):

        def part(p: int, n: int = n) -> tuple[Name, ...]:
            turn = (p - 1) % n
            return tuple(symbol(k) for k in range(1 + turn, p - turn, n)) or (symbol(0),)

        def more(p: int, n: int = n, u: int = u, v: int = v) -> Expression:
            return Minus(Count(part(p, n), u), Count(part(p, n), v))

        column = np.zeros(len(positions), np.int64)
        for p in np.unique(positions):
            here = positions == p
            texts = tokens[moments.rows[here]][:, [int(name.name[2:-1]) for name in part(int(p), n)]]
            column[here] = (texts == u).sum(axis=1) - (texts == v).sum(axis=1)
        yield Template(column, more, 3.0)


def _run_lengths(moments: Moments) -> Ints:
    tokens = moments.network.tokens
    lengths = np.ones(tokens.shape, np.int64)
    for p in range(1, tokens.shape[1]):
        lengths[:, p] = np.where(tokens[:, p] == tokens[:, p - 1], lengths[:, p - 1] + 1, 1)
    return lengths[moments.rows, moments.positions]


def _after_matches(moments: Moments) -> Iterator[Template]:
    """What stands after the first place, or the last one, where the symbol here stood before; -1 where it is new, or,
    at each sign that no question is made of, the text's first symbol: where the answer begins."""
    texts = moments.network.tokens[moments.rows]
    signs = [int(v) for v in np.unique(moments.last) if v not in moments.letters and v != texts[0, 0]]
    for last in (False, True):
        found = np.full(len(texts), -1)
        places = range(texts.shape[1] - 1)
        for p in places if last else reversed(places):
            hit = (p < moments.positions) & (texts[:, p] == moments.last)
            found[hit] = texts[hit, p + 1]

        def after(p: int, last: bool = last) -> Expression:
            return Match(symbol(p), text_to(p - 1), text_to(p)[1:], -1, last) if p else Constant(-1)

        yield Template(found, after, 2.5)
        for sign in signs if texts.shape[1] > 1 else ():

            def begun(p: int, sign: int = sign, after: Callable[[int], Expression] = after) -> Expression:
                return Either(Compared(symbol(p), "==", Constant(sign)), symbol(min(p, 1)), after(p))

            yield Template(np.where(moments.last == sign, texts[:, 1], found), begun, 4.0)


def _next_above(moments: Moments) -> Template:
    """The next of the symbols that questions are made of in their order, after the one here; where there is none, what
    stands at the end of answers."""
    tokens, bound = moments.network.tokens, len(moments.letters)
    end = moments.network.subject.task.end_token
    default = -1 if end is None else end
    texts, after = tokens[moments.rows], np.where(moments.last < bound, moments.last, -1)
    above = (np.arange(texts.shape[1]) <= moments.positions[:, None]) & (texts > after[:, None]) & (texts < bound)
    column = np.where(above, texts, bound).min(axis=1).astype(np.int64)
    column = np.where(column < bound, column, default)
    return Template(column, lambda p: NextAbove(symbol(p), text_to(p), bound, default), 2.5)


def _most_frequent(moments: Moments) -> Template:
    """Which of the symbols that questions are made of occurs most often."""
    tokens, bound = moments.network.tokens, len(moments.letters)
    column, most = np.zeros(len(moments.rows), np.int64), np.full(len(moments.rows), -1, np.int64)
    for letter in range(bound):
        count = moments.running(tokens == letter)
        column, most = np.where(count > most, letter, column), np.maximum(count, most)
    return Template(column, lambda p: MostFrequent(text_to(p), bound), 2.0)


def _scanned(moments: Moments, steps: tuple[tuple[int, ...], ...], known: dict[str, Ints]) -> Ints:
    """Position by position: each state from the one before."""
    found = np.zeros(len(moments.rows), np.int64)
    onward = {(state, read): after for state, read, after in steps}
    states = np.zeros(len(moments.network.tokens), np.int64)
    for p in range(int(moments.positions.max()) + 1):
        read = known[symbol(p).name]
        after = states.copy()
        for (state, one), to in onward.items():
            after[(states == state) & (read == one)] = to
        states = after
        here = moments.positions == p
        found[here] = states[moments.rows[here]]
    return found
