"""Conditions: how a text's answers follow from a few things that are known there, the same way at every position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.templates import Moments, Template
from openwork.programs.language import Chosen, Compared, Constant, Either, Expression, Ints, Name, renamed

MOST_KNOWN = 2
"""things that an answer may follow from"""
TRIED = 6
"""sets of such things that are compared"""
DEEP = 3
"""cases, one inside the other"""
MOST_WRONG = 0.05
"""share of answers that may be exceptions"""


@dataclass(frozen=True, eq=False)
class Followed:
    """How answers follow.

    Attributes:
        expression: of things called `known[0]`, `known[1]` and so on.
        known: what these are.
        cost: of both.
    """

    expression: Expression
    known: tuple[Template, ...]
    cost: float


def followed(moments: Moments, templates: Sequence[Template]) -> Followed | None:
    """The cheapest way found in which the answers follow, exceptions aside; None where there is none."""
    if moments.network.dataset.sets:
        return _sets(moments, templates)
    every = np.arange(len(moments.rows))
    found = _cases(moments, templates, every, DEEP)
    if found is None:
        return None
    used = sorted({int(name[6:-1]) for name in found.names()})
    names = {_name(n).name: _name(k).name for k, n in enumerate(used)}
    return Followed(renamed(found, names), tuple(templates[n] for n in used), found.cost)


def _name(number: int) -> Name:
    return Name(f"known[{number}]")


def _sets(moments: Moments, templates: Sequence[Template]) -> Followed | None:
    vocabulary = moments.network.subject.task.answer_vocabulary.symbols
    best: Followed | None = None
    for some in _deciding(moments.answers, templates):
        usual = _usual(moments.answers, some)
        conditions = []
        for bit, name in enumerate(vocabulary):
            column = usual >> bit & 1
            if column.any():
                operands = [Operand(_name(n), t.column) for n, t in enumerate(some)]
                said = simplest(column, operands, 2)
                assert said is not None
                conditions.append((said, name, bit))
        of, names, bits = zip(*conditions, strict=True) if conditions else ((), (), ())
        if not conditions:
            of, names, bits = (Constant(0),), (vocabulary[0],), (0,)
        chosen = Chosen(of, names, bits)
        cost = chosen.cost + sum(t.cost for t in some)
        if best is None or cost < best.cost:
            best = Followed(chosen, tuple(some), cost)
    return best


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
    for _, _, n in sorted(w for w in wrong if w[0] == least)[:TRIED]:
        yield sets[n]


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
    """One expression for these moments, or two after a condition on the last symbol or a match."""
    answers = moments.answers[where]
    direct = _directly(answers, templates, where)
    if direct is not None or not deep:
        return direct
    for n, template in enumerate(templates):
        for condition in _conditions(n, template, templates):
            holds = condition.values({_name(k).name: t.column[where] for k, t in enumerate(templates)}) != 0
            if not holds.any() or holds.all():
                continue
            then = _directly(answers[holds], templates, where[holds])
            if then is None:
                continue
            otherwise = _cases(moments, templates, where[~holds], deep - 1)
            if otherwise is not None:
                return Either(condition, then, otherwise)
    return None


def _conditions(number: int, template: Template, templates: Sequence[Template]) -> Iterator[Expression]:
    values = np.unique(template.column)
    for value in values[-4:].tolist():
        yield Compared(_name(number), "==", Constant(value))
    for other in range(number):
        yield Compared(_name(number), "==", _name(other))


def _directly(answers: Ints, templates: Sequence[Template], where: Ints) -> Expression | None:
    """From one thing known, by a small expression; tables don't count."""
    best: Expression | None = None
    for n, template in enumerate(templates):
        column = template.column[where]
        if compact([column])[1] < compact([column, answers])[1]:
            continue
        found = simplest(answers, [Operand(_name(n), column)], 2)
        if found is not None and not found.entries and (best is None or found.cost < best.cost):
            best = found
    return best
