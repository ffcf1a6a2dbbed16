"""Expressions: the simplest way found to work a column out from others, by a small grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, islice, product

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.cases import cases, cases_of_errors
from openwork.programs.decompile.finishes import finishes
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.matches import items_at, matches, places_in_lists
from openwork.programs.decompile.nearly import MOST_WRONG, promising, usual_finishes
from openwork.programs.decompile.polynomials import polynomials, usual_sums, weighted_sums
from openwork.programs.decompile.reductions import SYMBOLS, WIDTHS, of_two_lists, reductions
from openwork.programs.language import (
    READABLE,
    Compared,
    Compose,
    Constant,
    Count,
    Distance,
    Exceptions,
    Expression,
    Ints,
    ItemAt,
    Largest,
    Match,
    Minus,
    Modulo,
    Name,
    Plus,
    SelectorWidth,
    Smallest,
    Sum,
    SumSigned,
    Table,
    Times,
    things_permuted,
)

GOOD = 2.5
"""an expression that costs no more ends the search"""
PAIRED = 24
"""operands up to which all pairs are tried"""
TRIPLED = 10
"""operands up to which all threes are"""
PER_NAME = 0.02
"""what each name read costs: of two that do, the one that reads less"""
FEW = 5
"""operands of one name of which each is left out in turn"""
LOOKED_AT = 64
"""rows of a case among which a way is searched for, before all are looked at"""
USUALLY_WRONG = 0.4
"""share of the rows that what is usual may get wrong where a condition holds of these"""
FEW_WRONG = 8
"""exceptions up to which nothing else is looked for"""
USUAL = 4
"""usual ways for which conditions are looked for: those that get least wrong"""
AT_ONCE = 64
"""ways looked at together"""


@dataclass(frozen=True, eq=False)
class Operand:
    """Something to work with.

    Attributes:
        name: how it is read.
        column: `[row]`.
        reluctance: what reading it costs: less for what moves the place that is explained more.
        position: where it stands, for fetching by content.
        symbol: whether it is a token of the question.
        named: whether its numbers stand for something else, as 0 for `+`: they don't mix with true ones.
    """

    name: Name
    column: Ints
    reluctance: float = 0.0
    position: int = 0
    symbol: bool = False
    named: bool = False


def simplest(target: Ints, operands: Sequence[Operand], modulus: int, signed: bool = False) -> Expression | None:
    """The cheapest expression found that makes the target from the operands on every row; None where they don't decide
    it. A table is the last resort.

    Args:
        target: `[row]`.
        operands: what it may be made of, those that matter most first.
        modulus: a number that sums may be taken modulo: how many symbols there are.
        signed: whether these stand for numbers of both signs.
    """
    if (target == target[0]).all():
        return Constant(int(target[0]))
    codes, classes = compact([operand.column for operand in operands]) if operands else (np.zeros_like(target), 1)
    if compact([codes, target])[1] > classes:
        return None
    _, first = np.unique(codes, return_index=True)
    few = [replace(o, column=o.column[first]) for o in operands]
    return _Search(target[first], few, modulus, signed).found()


class _Search:
    def __init__(self, target: Ints, operands: Sequence[Operand], modulus: int, signed: bool) -> None:
        self.target, self.operands, self.modulus, self.signed = target, operands, modulus, signed
        self.columns = {o.name.name: o.column for o in operands}
        self.named = {o.name.name for o in operands if o.named}
        self.best: Expression | None = None
        self.price = float("inf")

    def found(self) -> Expression:
        self._look(self._single, self._several, self._pairs, self._widths, self._matches, self._of_lists, self._threes)
        if self.best is not None and self.price <= GOOD:
            return self.best
        ways = [self._table(), *([self.best] if self.best is not None else [])]
        best = min(ways, key=self._price)
        if best.entries:
            nearly = self._nearly()
            further = None if nearly is not None and len(nearly.rows) <= FEW_WRONG else self._cases_but()
            ways += [way for way in (self._cases(), nearly, further) if way is not None]
        # A table that nobody can read is left for any other way; so is one where cases by what is named cost as much.
        return min(ways, key=lambda way: (way.entries > READABLE, self._price(way), bool(self.named) * way.entries))

    def _look(self, *stages: Callable[[], Iterator[Expression]]) -> None:
        """Stage by stage, until something good is found."""
        for stage in stages:
            for expression in stage():
                self._consider(expression)
            if self.best is not None and self.price <= GOOD:
                return

    def _mixes(self, expression: Expression) -> bool:
        """Whether it reckons with numbers and with what only stands for something in one."""
        if not self.named or isinstance(expression, ItemAt | Match | Times):
            return False
        read = set(expression.names())
        return not (read <= self.named or read.isdisjoint(self.named))

    def _consider(self, expression: Expression) -> None:
        if self._mixes(expression):
            return
        for finished in finishes(expression, expression.values(self.columns), self.target, self.modulus):
            price = self._price(finished)
            if price < self.price:
                self.best, self.price = finished, price

    def _price(self, expression: Expression) -> float:
        read = set(expression.names())
        reluctance = sum(o.reluctance for o in self.operands if o.name.name in read)
        return expression.cost + reluctance + PER_NAME * len(read)

    def _single(self) -> Iterator[Expression]:
        yield from (operand.name for operand in self.operands)
        if self.signed:
            yield from (SumSigned((operand.name,), self.modulus) for operand in self.operands)

    def _several(self) -> Iterator[Expression]:
        if len(self.operands) < 2:
            return
        symbols = [o for o in self.operands if o.symbol]
        groups = dict.fromkeys((tuple(self.operands), tuple(self._fewest), tuple(symbols), *self._families()))
        for group in sorted((g for g in groups if len(g) > 1), key=len):
            names = tuple(o.name for o in sorted(group, key=lambda o: (o.position, o.name.name)))
            yield from reductions(names, max(int(o.column.max()) for o in group))
            if self.signed:
                yield SumSigned(names, self.modulus)

    def _families(self) -> Iterator[tuple[Operand, ...]]:
        stems: dict[str, list[Operand]] = {}
        for operand in self.operands:
            stems.setdefault(operand.name.name.split("[")[0], []).append(operand)
        for family in map(tuple, stems.values()):
            yield family
            # One of them may be what its place brings along.
            if 2 < len(family) <= FEW:
                yield from combinations(family, len(family) - 1)

    def _pairs(self) -> Iterator[Expression]:
        if len(self.operands) > PAIRED:
            return
        for left, right in combinations(sorted((o.name for o in self.operands), key=str), 2):
            yield Plus(left, right)
            yield Minus(left, right)
            yield Minus(right, left)
            yield Distance(left, right)
            yield Largest((left, right))
            yield Smallest((left, right))
            yield Compared(left, "==", right)
            yield Compared(left, ">=", right)
            yield Compared(right, ">=", left)
            yield Modulo(Plus(left, right), self.modulus)
            yield from self._products(left, right)
            yield from self._at_once(left, right)

    def _at_once(self, left: Name, right: Name) -> Iterator[Expression]:
        """That each has one number, where that alone makes a difference."""
        one, other = self.columns[left.name], self.columns[right.name]
        for number in (0, 1):
            there = self.target == number
            if there.any() and (one[there] == one[there][0]).all() and (other[there] == other[there][0]).all():
                is_one, is_other = (
                    Compared(n, "==", Constant(int(c[there][0]))) for n, c in ((left, one), (right, other))
                )
                yield Times(is_one, is_other)

    def _widths(self) -> Iterator[Expression]:
        """How many symbols compare in some way with one number."""
        symbols = sorted((o for o in self.operands if o.symbol), key=lambda o: o.position)
        if len(symbols) > 2:
            keys = tuple(o.name for o in symbols)
            for operand in self.operands:
                # What is asked for has to stand where the counting is done: brought there, and no symbol elsewhere.
                if not (operand.symbol and any(self._brings(o, operand) for o in self.operands)):
                    yield from (SelectorWidth(keys, relation, operand.name) for relation in WIDTHS)

    def _brings(self, one: Operand, symbol: Operand) -> bool:
        return not one.symbol and np.array_equal(one.column, symbol.column)

    def _products(self, left: Name, right: Name) -> Iterator[Expression]:
        """Permutations composed, and polynomials, where no sum has done."""
        one, other = self.columns[left.name], self.columns[right.name]
        things = things_permuted([one, other, self.target])
        if things is not None:
            yield Compose(left, right, things)
            yield Compose(right, left, things)
        yield from polynomials((left, one), (right, other), self.target, self.modulus)

    def _matches(self) -> Iterator[Expression]:
        operands = [(o.name, o.column, o.position) for o in self.operands]
        yield from items_at(operands)
        yield from places_in_lists(operands, self.target)
        yield from matches(operands, self.target)

    def _of_lists(self) -> Iterator[Expression]:
        """What is made of a list, with something that is none of it."""
        families = [
            tuple(o.name for o in sorted(family, key=lambda o: (o.position, o.name.name)))
            for family in self._families()
        ]
        yield from of_two_lists(families)
        for family, names in zip(self._families(), families, strict=True):
            if len(names) > 2:
                whole = [Sum(names), Largest(names), Smallest(names)]
                numbers = max(int(o.column.max()) for o in family)
                whole += [Count(names, number) for number in range(numbers + 1)] if numbers <= SYMBOLS else []
                for one, other in product(whole, [o.name for o in self.operands if o.name not in names]):
                    yield from (Plus(one, other), Minus(one, other), Minus(other, one))
                    yield from (Compared(one, ">=", other), Compared(other, ">=", one), Compared(one, "==", other))

    def _threes(self) -> Iterator[Expression]:
        yield from weighted_sums([(o.name, o.column) for o in self._keys], self.target, self.modulus)
        yield from self._usual_sums()
        if len(self.operands) > TRIPLED:
            return
        for some in combinations(sorted((o.name for o in self.operands), key=str), 3):
            yield Plus(Plus(some[0], some[1]), some[2])

    def _usual_sums(self) -> Iterator[Expression]:
        return usual_sums([(o.name, o.column) for o in self._keys], self.target, self.modulus)

    @cached_property
    def _fewest(self) -> list[Operand]:
        """As few operands as decide the target; those that matter least go first."""
        kept = list(self.operands)
        for operand in reversed(self.operands):
            rest = [o for o in kept if o is not operand]
            if rest:
                codes, classes = compact([o.column for o in rest])
                if compact([codes, self.target])[1] == classes:
                    kept = rest
        return kept

    @property
    def _keys(self) -> list[Operand]:
        """These in the order in which they stand."""
        return sorted(self._fewest, key=lambda o: (o.position, o.name.name))

    def _cases(self) -> Expression | None:
        """What one way does where some condition holds, and another where it does not."""
        return cases([(o.name, o.column) for o in self._fewest], self._on, self.named)

    def _on(self, rows: NDArray[np.bool_]) -> Expression | None:
        """What some rows follow from without a table: looked for on a part of them, as most often there is nothing."""
        where = np.flatnonzero(rows)
        few = where[:: max(1, len(where) // LOOKED_AT)]
        for some in (few, where):
            held = (replace(o, column=o.column[some]) for o in self._fewest)
            operands = [o for o in held if (o.column != o.column[0]).any()]
            search = _Search(self.target[some], operands, self.modulus, self.signed)
            if (search.target == search.target[0]).all():
                found: Expression | None = Constant(int(search.target[0]))
            else:
                search._look(search._single, search._several, search._pairs)
                found = None if search.best is None or search.best.entries else search.best
            if found is None:
                return None
            known = {o.name.name: o.column[where] for o in self.operands}
            if (found.values(known) == self.target[where]).all():
                return found
        return None

    def _nearly(self) -> Exceptions | None:
        """What does but for so few rows that they can be read; they are exceptions."""
        found = self._usual(np.ones(len(self.target), bool), MOST_WRONG)
        return self._but(*found[0]) if found and 0 < len(found[0][1]) <= READABLE else None

    def _cases_but(self) -> Expression | None:
        """What does where some condition holds, of which a usual way gets most wrong, and elsewhere that way; what both
        get wrong are exceptions."""
        # Of two values a condition with two ways, each nearly right, says almost anything.
        if len(np.unique(self.target)) < 3:
            return None
        columns = [(o.name, o.column) for o in self._fewest]
        best, price = None, float("inf")
        usual_ways = self._usual(np.ones(len(self.target), bool), USUALLY_WRONG)
        for usual, wrong in [(usual, wrong) for usual, wrong in usual_ways if len(wrong)][:USUAL]:
            for made, left in cases_of_errors(columns, usual, wrong, self._way, self.named):
                if len(left) <= min(READABLE, MOST_WRONG * len(self.target)):
                    way = self._but(made, left) if len(left) else made
                    if self._price(way) < price:
                        best, price = way, self._price(way)
        return best

    def _way(self, rows: NDArray[np.bool_]) -> tuple[Expression, Ints] | None:
        """What makes most of these rows, and which of them it does not."""
        if (self.target[rows] == (only := self.target[rows][0])).all():
            return Constant(int(only)), np.zeros(0, np.int64)
        found = self._usual(rows, USUALLY_WRONG)
        return found[0] if found else None

    def _usual(self, rows: NDArray[np.bool_], most_wrong: float) -> list[tuple[Expression, Ints]]:
        """What makes all of these rows but for such a share, that which makes most first; and which it makes wrong.
        What is made of lists or of several numbers is looked for where nothing simpler does."""
        where, target = np.flatnonzero(rows), self.target[rows]
        found: list[tuple[int, float, int, Expression, Ints]] = []
        simple = (self._single, self._several, self._pairs, self._matches)
        for stages in (simple, (self._of_lists, self._usual_sums)):
            ways = (
                iter(())
                if found
                else (expression for stage in stages for expression in stage() if not self._mixes(expression))
            )
            while some := list(islice(ways, AT_ONCE)):
                values = np.stack([expression.values(self.columns)[where] for expression in some])
                for n in np.flatnonzero(promising(values, target, self.modulus, most_wrong)).tolist():
                    for usual, wrong in usual_finishes(some[n], values[n], target, self.modulus, most_wrong):
                        found.append((len(wrong), usual.cost, len(found), usual, where[wrong]))
        return [(usual, wrong) for *_, usual, wrong in sorted(found, key=lambda one: one[:3])]

    def _but(self, usual: Expression, rows: Ints) -> Exceptions:
        keys = self._keys
        listed = np.unique(np.stack([*(o.column[rows] for o in keys), self.target[rows]], axis=1), axis=0)
        return Exceptions(tuple(o.name for o in keys), tuple(tuple(map(int, row)) for row in listed), usual)

    def _table(self) -> Expression:
        kept = self._keys
        rows = np.unique(np.stack([*(o.column for o in kept), self.target], axis=1), axis=0)
        return Table(tuple(o.name for o in kept), tuple(tuple(map(int, row)) for row in rows))
