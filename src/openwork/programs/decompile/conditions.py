"""Conditions: how a text's answers follow from a few things that are known there, the same way at every position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.templates import Moments, Template
from openwork.programs.language import ABSENT, Chosen, Compared, Constant, Either, Expression, Ints, Name, renamed

MOST_KNOWN = 2
"""things that an answer may follow from"""
TRIED = 8
"""sets of such things that are compared"""
DEEP = 3
"""cases, one inside the other"""
WIDE = 3
"""conditions after which the rest is looked at: those that settle most"""
MOST_VALUES = 4
"""of one thing that is known, each a condition: the largest, among which are the signs around texts"""
FEW = 500
"""answers on which something is tried first"""
MOST_WRONG = 0.05
"""share of answers that may be exceptions"""


@dataclass(frozen=True, eq=False)
class Followed:
    """How answers follow.

    Attributes:
        expressions: of things called `known[0]`, `known[1]` and so on, for each combination of those that the position
            alone says.
        known: what these are.
        cost: of all.
    """

    expressions: Mapping[tuple[int, ...], Expression]
    known: tuple[Template, ...]
    cost: float

    def at(self, position: int) -> Expression | None:
        """What holds at this position; None where nothing like it was seen."""
        fixed = [t.at(position) for t in self.known if t.fixed]
        return self.expressions.get(tuple(e.number for e in fixed if isinstance(e, Constant)))

    def usual(self, moments: Moments) -> Ints:
        """`[moment]`, the answers that follow."""
        found = np.full(len(moments.rows), ABSENT)
        for key, where in _residues(self.known, len(found)):
            known = {_name(n).name: t.column[where] for n, t in enumerate(self.known)}
            found[where] = self.expressions[key].values({"": moments.last[where], **known})
        return found

    @property
    def brought(self) -> int:
        """How many of these the last symbol does not say."""
        return sum(not template.local for template in self.known)


def followed(moments: Moments, templates: Sequence[Template]) -> tuple[Followed, ...]:
    """The ways found in which the answers follow, exceptions aside: first those for which least has to be brought from
    elsewhere, then the cheapest."""
    if moments.network.dataset.sets:
        return tuple(sorted(_sets(moments, templates), key=lambda found: (found.brought, found.cost)))
    templates = [template for template in templates if not template.fixed]
    found = _cases(moments, templates, np.arange(len(moments.rows)), DEEP)
    if found is None:
        return ()
    used = sorted({int(name[6:-1]) for name in found.names()})
    names = {_name(n).name: _name(k).name for k, n in enumerate(used)}
    return (Followed({(): renamed(found, names)}, tuple(templates[n] for n in used), found.cost),)


def _name(number: int) -> Name:
    return Name(f"known[{number}]")


def _sets(moments: Moments, templates: Sequence[Template]) -> Iterator[Followed]:
    vocabulary = moments.network.subject.task.answer_vocabulary.symbols
    for some in _deciding(moments.answers, templates):
        usual = _usual(moments.answers, some)
        said = {}
        for key, where in _residues(some, len(usual)):
            operands = [Operand(_name(n), t.column[where]) for n, t in enumerate(some) if not t.fixed]
            said[key] = _chosen(usual[where], operands, vocabulary)
        cost = sum(chosen.cost for chosen in said.values()) + sum(t.cost for t in some)
        yield Followed(said, tuple(some), cost)


def _chosen(usual: Ints, operands: Sequence[Operand], vocabulary: Sequence[str]) -> Expression:
    conditions: list[tuple[Expression, str, int]] = []
    for bit, name in enumerate(vocabulary):
        column = usual >> bit & 1
        if column.any():
            said = simplest(column, operands, 2)
            assert said is not None, "what decides a set decides its members"
            conditions.append((said, name, bit))
    return Chosen(*zip(*conditions or [(Constant(0), vocabulary[0], 0)], strict=True))


def _residues(some: Sequence[Template], moments: int) -> Iterator[tuple[tuple[int, ...], Ints]]:
    """The combinations of what the position alone says, and the moments of each."""
    fixed = [t.column for t in some if t.fixed]
    if not fixed:
        yield (), np.arange(moments)
        return
    keys, own = np.unique(np.stack(fixed, axis=1), axis=0, return_inverse=True)
    for n, key in enumerate(keys.tolist()):
        yield tuple(key), np.flatnonzero(own.reshape(-1) == n)


def _deciding(answers: Ints, templates: Sequence[Template]) -> Iterator[tuple[Template, ...]]:
    """The first few sets of templates, the cheapest first, that decide most answers; none where none decide nearly all.

    Of sets that decide equally many the cheaper ones come first; one that decides all answers is never left for one
    that does not.
    """
    sets: list[tuple[Template, ...]] = [()]
    sets += [some for size in range(1, MOST_KNOWN + 1) for some in combinations(templates, size)]
    wrong = [(_wrong(answers, some), sum(t.cost for t in some), n) for n, some in enumerate(sets)]
    least = min(wrong)[0]
    if least > MOST_WRONG * len(answers):
        return
    enough = [sets[n] for number, _, n in sorted(wrong) if number == least]
    # What decides as much with something left out is no set of its own.
    needed = [some for some in enough if not any(set(other) < set(some) for other in enough)]
    yield from needed[:TRIED]


def _wrong(answers: Ints, some: Sequence[Template]) -> int:
    return int((_usual(answers, some) != answers).sum())


def _usual(answers: Ints, some: Sequence[Template]) -> Ints:
    """`[moment]`, of all with the same things known the answer that most have."""
    codes, _ = compact([t.column for t in some]) if some else (np.zeros(len(answers), np.int64), 1)
    kinds, own = np.unique(answers, return_inverse=True)
    counts = np.zeros((int(codes.max()) + 1, len(kinds)), np.int64)
    np.add.at(counts, (codes, own.reshape(-1)), 1)
    found: Ints = kinds[counts.argmax(axis=1)][codes]
    return found


def _cases(moments: Moments, templates: Sequence[Template], where: Ints, deep: int) -> Expression | None:
    """One expression for these moments, or two after a condition."""
    direct = _directly(moments.answers, templates, where)
    if direct is not None or not deep:
        return direct
    solved: list[tuple[int, float, int, Expression, Expression, NDArray[np.bool_]]] = []
    for n, template in enumerate(templates):
        for condition in _conditions(n, template, where):
            holds = condition.values({_name(k).name: t.column[where] for k, t in enumerate(templates)}) != 0
            if holds.any() and not holds.all():
                then = _directly(moments.answers, templates, where[holds])
                if then is not None:
                    solved.append((-int(holds.sum()), then.cost, len(solved), condition, then, holds))
    two: list[Expression] = []
    for *_, condition, then, holds in solved:
        last = _directly(moments.answers, templates, where[~holds])
        if last is not None:
            two.append(Either(condition, then, last))
    if two or deep == 1:
        return min(two, key=lambda found: found.cost, default=None)
    for _, _, _, condition, then, holds in sorted(solved, key=lambda one: one[:3])[:WIDE]:
        otherwise = _cases(moments, templates, where[~holds], deep - 1)
        if otherwise is not None:
            return Either(condition, then, otherwise)
    return None


def _conditions(number: int, template: Template, where: Ints) -> Iterator[Expression]:
    values = np.unique(template.column[where])
    for value in values[-MOST_VALUES:].tolist():
        yield Compared(_name(number), "==", Constant(value))
    for other in range(number):
        yield Compared(_name(number), "==", _name(other))


def _directly(answers: Ints, templates: Sequence[Template], where: Ints) -> Expression | None:
    """From one thing known, by a small expression; tables don't count."""
    target = answers[where]
    if (target == target[0]).all():
        return Constant(int(target[0]))
    some = where if len(where) <= FEW else where[:: len(where) // FEW]
    best: Expression | None = None
    for n, template in enumerate(templates):
        for rows in (some, where):
            if compact([template.column[rows]])[1] < compact([template.column[rows], answers[rows]])[1]:
                break
        else:
            found = simplest(target, [Operand(_name(n), template.column[where])], 2)
            if found is not None and not found.entries and (best is None or found.cost < best.cost):
                best = found
    return best
