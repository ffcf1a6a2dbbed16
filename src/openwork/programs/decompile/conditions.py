"""Conditions: how a text's answers follow from a few things that are known there, the same way at every position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.ends import with_ends
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.interchanged import Interchanged
from openwork.programs.decompile.kinds import Kinds
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.nearly import MOST_WRONG
from openwork.programs.decompile.templates import Moments, Template, symbol_brought
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
LOOKED_AT = 4000
"""answers among which a way is searched for, before all are looked at"""
FEW = 500
"""answers on which something is tried first"""
WAYS = 3
"""in which symbols may follow, each without something that the one before has brought"""
MOST_KINDS = 8
"""of positions, each with conditions of its own"""
WITHIN = 0.005
"""share of interchanged pairs, where it is most, by which a way that is cheaper may decide fewer"""


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

    def at(self, position: int, moments: Moments) -> Expression | None:
        """What holds at this position; None where nothing like it was seen. A condition on the symbol there that is
        always so or never, as where a sign has its place, is left out."""
        fixed = [t.at(position) for t in self.known if t.fixed]
        found = self.expressions.get(tuple(e.number for e in fixed if isinstance(e, Constant)))
        here = moments.positions == position
        local = {_name(n).name: t.column[here] for n, t in enumerate(self.known) if t.local}
        return _reduced(found, {"": moments.last[here], **local}) if found is not None and here.any() else found

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


def _reduced(said: Expression, local: Mapping[str, Ints]) -> Expression:
    """Without the conditions on these that are always so or never."""
    if not isinstance(said, Either):
        return said
    then, otherwise = _reduced(said.then, local), _reduced(said.otherwise, local)
    if set(said.condition.names()) <= set(local):
        holds = said.condition.values(local) != 0
        if holds.all() or not holds.any():
            return then if holds.all() else otherwise
    return replace(said, then=then, otherwise=otherwise)


def followed(moments: Moments, templates: Sequence[Template]) -> tuple[Followed, ...]:
    """The ways found in which the answers follow, exceptions aside: first those for which least has to be brought from
    elsewhere, then the cheapest."""
    if moments.network.dataset.sets:
        return tuple(sorted(_sets(moments, templates), key=lambda found: (found.brought, found.cost)))
    templates, found = [template for template in templates if not template.fixed], list[Followed]()
    for _ in range(WAYS):
        ways = _told(moments, templates)
        found += ways
        # Another way: without what is hardest to bring of the one before.
        brought = [t for way in ways for t in way.known if not t.local]
        if not brought:
            break
        hardest = max(brought, key=lambda t: t.cost)
        templates = [t for t in templates if t is not hardest]
    return tuple(found)


def _told(moments: Moments, templates: Sequence[Template]) -> tuple[Followed, ...]:
    """How symbols follow, the cheapest way first; none where they do not."""
    right = np.flatnonzero(moments.answers == moments.right)
    for where in (np.arange(len(moments.rows)), right if len(right) >= (1 - MOST_WRONG) * len(moments.rows) else ()):
        found = _found_on(moments, templates, np.asarray(where)) if len(where) else None
        if found is not None:
            break
    else:
        return ()
    used = sorted({int(name[6:-1]) for name in found.names()})
    names = {_name(n).name: _name(k).name for k, n in enumerate(used)}
    known = tuple(templates[n] for n in used)
    columns = {"": moments.last[where]} | {_name(k).name: t.column[where] for k, t in enumerate(known)}
    local = [_name(k).name for k, template in enumerate(known) if template.local]
    said = with_ends(renamed(found, names), columns, local, moments.answers[where])
    same = (other for other in relaxed(said) if (other.values(columns) == said.values(columns)).all())
    return tuple(Followed({(): one}, known, found.cost) for one in (said, *same))


def _found_on(moments: Moments, templates: Sequence[Template], where: Ints) -> Expression | None:
    """One expression for these moments, found on fewer of them, or on all where it does not hold there: what does not
    follow on few does not on all."""
    few = where[:: max(1, len(where) // LOOKED_AT)]
    deciding = _Deciding(moments.answers, templates)
    found = _cases(deciding, few, DEEP)
    if found is not None and len(few) < len(where):
        known = {"": moments.last[where]} | {_name(n).name: t.column[where] for n, t in enumerate(templates)}
        if (found.values(known) != moments.answers[where]).any():
            found = _cases(deciding, where, DEEP)
    return found


def relaxed(expression: Expression) -> Iterator[Expression]:
    """The same with one comparison of two things known told by their order: texts in which both are never apart the
    other way can't tell, but interchange can."""
    if not isinstance(expression, Either):
        return
    condition = expression.condition
    if isinstance(condition, Compared) and condition.relation == "==" and isinstance(condition.right, Name):
        for left, right in ((condition.left, condition.right), (condition.right, condition.left)):
            yield replace(expression, condition=Compared(left, ">=", right))
    yield from (replace(expression, then=other) for other in relaxed(expression.then))
    yield from (replace(expression, otherwise=other) for other in relaxed(expression.otherwise))


def _name(number: int) -> Name:
    return Name(f"known[{number}]")


def _sets(moments: Moments, templates: Sequence[Template]) -> Iterator[Followed]:
    enough = _enough(moments.answers, templates)
    # What decides as much with something left out is no set of its own.
    needed = [some for some in enough if not any(set(other) < set(some) for other in enough)]
    for some in needed[:TRIED]:
        yield Followed(*_members(moments, some))


def followed_interchanged(moments: Moments, templates: Sequence[Template], pairs: Interchanged) -> tuple[Followed, ...]:
    """Ways in which sets follow, of those that do in every text, that also say what is answered where heads bring
    another text's: as nearly as any does, the cheapest first."""
    templates, here = (*templates, symbol_brought(moments)), [t for t in templates if t.local and not t.fixed]
    ways = [some for some in _enough(moments.answers, templates) if not all(t.local for t in some)]
    # What stands there may matter besides, where it is not what has been brought.
    ways += [(*some, *here) for some in ways if not any(t in some for t in here)]
    if not ways:
        return ()
    columns = {id(t): pairs.column(t) for t in templates}
    held = [[replace(t, column=columns[id(t)]) for t in some] for some in ways]
    wrong = [_most_wrong(pairs, moments, some) for some in held]
    near = [n for n, share in enumerate(wrong) if share <= min(wrong) + WITHIN]
    near.sort(key=lambda n: (len(ways[n]), sum(t.cost for t in ways[n])))
    found = []
    for some in (ways[n] for n in near[:WAYS]):
        joined, known = pairs.joined(moments, some)
        kinds = Kinds.found(joined, known, pairs.weights)
        known = [replace(t, column=t.column[kinds.kept]) for t in known]
        if 1 < max(kinds.of.values()) + 1 <= MOST_KINDS:
            some = (*some, kinds.template(moments.positions))
            known = [*known, kinds.template(kinds.moments.positions)]
        said, _, cost = _members(kinds.moments, known)
        way = Followed(said, some, cost)
        if (way.usual(moments) != moments.answers).sum() <= _wrong(moments.answers, some):
            found.append(way)
    return tuple(found)


def _most_wrong(pairs: Interchanged, moments: Moments, some: Sequence[Template]) -> float:
    """At the position where it is most, the share of pairs whose answers do not follow from these and the position."""
    position = pairs.position(moments)
    wrong = _usual(pairs.answers, [*some, position]) != pairs.answers
    there = np.bincount(position.column, pairs.weights)
    return float((np.bincount(position.column, wrong * pairs.weights)[there > 0] / there[there > 0]).max())


def _members(
    moments: Moments, some: Sequence[Template]
) -> tuple[dict[tuple[int, ...], Expression], tuple[Template, ...], float]:
    """Of each member of a set the condition, for each combination of what the position says; and what all cost."""
    vocabulary = moments.network.subject.task.answer_vocabulary.symbols
    usual = _usual(moments.answers, some)
    said = {}
    for key, where in _residues(some, len(usual)):
        operands = [Operand(_name(n), t.column[where]) for n, t in enumerate(some) if not t.fixed]
        said[key] = _chosen(usual[where], operands, vocabulary)
    return said, tuple(some), sum(chosen.cost for chosen in said.values()) + sum(t.cost for t in some)


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


def _enough(answers: Ints, templates: Sequence[Template]) -> list[tuple[Template, ...]]:
    """The sets of templates, the cheapest first, that decide most answers; none where none decide nearly all.

    One that decides all answers is never left for one that does not.
    """
    sets: list[tuple[Template, ...]] = [()]
    sets += [some for size in range(1, MOST_KNOWN + 1) for some in combinations(templates, size)]
    wrong = [(_wrong(answers, some), sum(t.cost for t in some), n) for n, some in enumerate(sets)]
    least = min(wrong)[0]
    if least > MOST_WRONG * len(answers):
        return []
    return [sets[n] for number, _, n in sorted(wrong) if number == least]


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


class _Deciding:
    """Which of the things that can be known decide the answers, asked of one choice of moments after another."""

    def __init__(self, answers: Ints, templates: Sequence[Template]) -> None:
        self.answers = answers
        self.templates = templates
        codes = [compact([template.column]) for template in templates]
        first = np.cumsum([0, *(classes for _, classes in codes)])
        # `[moment, template]`, each template's classes apart from the others'
        self._classes = np.stack([own + start for (own, _), start in zip(codes, first[:-1], strict=True)], axis=1)
        self._seen = np.zeros(int(first[-1]), np.int64)
        self._columns = {_name(n).name: template.column for n, template in enumerate(templates)}

    def at(self, where: Ints) -> list[int]:
        """Numbers of those by each of which the answers at these moments follow, whatever else differs."""
        some = where if len(where) <= FEW else where[:: len(where) // FEW]
        left = np.arange(len(self.templates))
        for rows in (some, where):
            classes, answers = self._classes[np.ix_(rows, left)], self.answers[rows][:, None]
            self._seen[classes] = answers
            left = left[(self._seen[classes] == answers).all(axis=0)]
        return [int(number) for number in left]

    def values(self, condition: Expression, where: Ints) -> Ints:
        """Of a condition, at these moments."""
        return condition.values({name: self._columns[name][where] for name in condition.names()})


def _cases(deciding: _Deciding, where: Ints, deep: int) -> Expression | None:
    """One expression for these moments, or two after a condition."""
    direct = _directly(deciding, where)
    if direct is not None or not deep:
        return direct
    solved: list[tuple[int, float, int, Expression, Expression, NDArray[np.bool_]]] = []
    for n, template in enumerate(deciding.templates):
        for condition in _conditions(n, template, where):
            holds = deciding.values(condition, where) != 0
            if holds.any() and not holds.all():
                then = _directly(deciding, where[holds])
                if then is not None:
                    solved.append((-int(holds.sum()), then.cost, len(solved), condition, then, holds))
    two: list[Expression] = []
    for *_, condition, then, holds in solved:
        last = _directly(deciding, where[~holds])
        if last is not None:
            two.append(Either(condition, then, last))
    if two or deep == 1:
        return min(two, key=lambda found: found.cost, default=None)
    for _, _, _, condition, then, holds in sorted(solved, key=lambda one: one[:3])[:WIDE]:
        otherwise = _cases(deciding, where[~holds], deep - 1)
        if otherwise is not None:
            return Either(condition, then, otherwise)
    return None


def _conditions(number: int, template: Template, where: Ints) -> Iterator[Expression]:
    values = np.unique(template.column[where])
    for value in values[-MOST_VALUES:].tolist():
        yield Compared(_name(number), "==", Constant(value))
    for other in range(number):
        yield Compared(_name(number), "==", _name(other))


def _directly(deciding: _Deciding, where: Ints) -> Expression | None:
    """From one thing known, by a small expression; tables don't count."""
    target = deciding.answers[where]
    if (target == target[0]).all():
        return Constant(int(target[0]))
    best: Expression | None = None
    for n in deciding.at(where):
        found = simplest(target, [Operand(_name(n), deciding.templates[n].column[where])], 2)
        if found is not None and not found.entries and (best is None or found.cost < best.cost):
            best = found
    return best
