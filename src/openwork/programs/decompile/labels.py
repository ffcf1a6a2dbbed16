"""Labels: partitions of the inputs, and how much of what a place holds each of them explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import log2, prod

import numpy as np

from openwork.programs.decompile.features import Feature
from openwork.programs.decompile.network import Floats
from openwork.programs.language import Count, CountBelow, CountOneOf, Ints, Sum

MOST_CLASSES = 300
"""values of a label; one with more is no label but the question itself"""
ROOM = 16 * MOST_CLASSES
"""combinations of the values of single features up to which they are tried together"""
MOST_ITEMS = 4
"""features in one label"""
COMBINED = 10
"""of the single features that explain most, so many are combined"""
PER_BIT = 0.04
"""share of the variance that a label must explain more for every doubling of its values"""
PER_COST = 0.02
"""and for every step that its features take"""
ALL = 0.99
"""share of the variance from which on nothing else is looked for"""
MORE = 0.005
"""share that a further symbol must explain"""
CLOSE = 8
"""numbers in whose range there are no more than so many to each row are counted, not sorted"""
DIRECTIONS = 4
"""principal directions in which a place's value is looked at"""


@dataclass(frozen=True, eq=False)
class Label:
    """A partition of some inputs.

    Attributes:
        features: what it is made of; none for the partition into one class.
        codes: `[row]`, the class of each input, 0 to `classes` - 1.
        classes: how many there are.
        explained: share of the place's variance between classes, 0 to 1.
        typical: `[class]`, the row whose value is nearest to its class's mean.
    """

    features: tuple[Feature, ...]
    codes: Ints
    classes: int
    explained: float
    typical: Ints

    @property
    def text(self) -> str:
        """Its features."""
        return ", ".join(feature.text for feature in self.features) or "one class"


def compact(columns: Sequence[Ints]) -> tuple[Ints, int]:
    """The partition by all of these columns at once, and its number of classes."""
    code, classes = _dense(columns[0])
    for column in columns[1:]:
        own, size = _dense(column)
        code, classes = _dense(code * size + own)
    return code, classes


def _dense(column: Ints) -> tuple[Ints, int]:
    """The ranks of these numbers, 0 to so many less one, and how many they are: `np.unique`, without its sorting where
    they are close together."""
    low = int(column.min())
    room = int(column.max()) - low + 1
    if room > CLOSE * len(column):
        values, codes = np.unique(column, return_inverse=True)
        return codes.reshape(-1), len(values)
    there = np.zeros(room, np.int64)
    there[column - low] = 1
    ranks = np.cumsum(there)
    return ranks[column - low] - 1, int(ranks[-1])


def same_classes(one: Ints, other: Ints) -> bool:
    """Whether two columns part the rows in the same way."""
    both = compact([one, other])[1]
    return both == compact([one])[1] == compact([other])[1]


def parting(codes: Ints, classes: int) -> bytes:
    """What two partitions share where they part the rows in the same way, and only there.

    Args:
        codes: `[row]`, the row's class, from 0.
        classes: how many there are, each with a row.
    """
    first = np.empty(classes, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    by_first = np.empty(classes, np.int32)
    by_first[np.argsort(first)] = np.arange(classes)
    return by_first[codes].tobytes()


def by_class(codes: Ints, classes: int) -> Ints:
    """The rows in the order of their classes, those of one class as they stand."""
    # NumPy sorts 16 bits by their digits, in a fraction of the time.
    narrow = codes.astype(np.uint16) if classes <= 1 << 16 else codes
    return np.argsort(narrow, kind="stable")


def principal(values: Floats) -> Floats:
    """`[row, direction]`, the value's largest directions with its mean taken away, scaled to a variance of 1 in all."""
    centred = values - values.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    found: Floats = (u * s)[:, :DIRECTIONS]
    scale = np.sqrt((found**2).sum(axis=1).mean())
    # Direction by direction in memory: thousands of labels are scored by each.
    return np.asfortranarray(found / scale if scale > 0 else found)


def ranked(features: Sequence[Feature], values: Floats, most: int) -> Iterator[Label]:
    """The `most` best labels for a place that holds these values, `[row, d]`: single features and combinations."""
    where = principal(values)
    single = [_scored((feature,), where) for feature in features]
    said = [s for s in single if s.classes <= MOST_CLASSES]
    able = [s for s in said if s.features[0].expression is not None and not s.features[0].alone]
    best = sorted(able, key=lambda s: PER_COST * s.features[0].cost - s.explained)[:COMBINED]
    plain = sorted((s for s in able if s.features[0].cost <= 1), key=lambda s: -s.explained)[:MOST_ITEMS]
    pool = list(dict.fromkeys([*best, *plain]))
    for size in range(2, MOST_ITEMS + 1):
        for some in combinations(pool, size):
            if prod(s.classes for s in some) <= ROOM:
                scored = _scored(tuple(s.features[0] for s in some), where)
                # A feature that splits no class of the others says nothing.
                if max(s.classes for s in some) < scored.classes <= MOST_CLASSES:
                    said.append(scored)
    said.append(_Scored((), 1, 0.0))
    yield from (_label(scored, where) for scored in sorted(said, key=lambda s: -s.merit)[:most])


@dataclass(frozen=True)
class _Scored:
    """Some features, into how many classes they part the rows, and the variance between these."""

    features: tuple[Feature, ...]
    classes: int
    explained: float

    @property
    def merit(self) -> float:
        """The variance explained, less what the label asks of a reader."""
        cost = sum(feature.cost for feature in self.features)
        return self.explained - PER_BIT * log2(self.classes) - PER_COST * cost


def _scored(features: tuple[Feature, ...], where: Floats) -> _Scored:
    codes, room = _crossed(features)
    sizes = np.bincount(codes, minlength=room)
    there = sizes > 0
    squares = np.zeros(room)
    for column in where.T:
        squares += np.bincount(codes, weights=column, minlength=room) ** 2
    classes, n = int(there.sum()), len(codes)
    between = float((squares[there] / sizes[there]).sum() / n)
    # Many classes explain some variance by chance alone.
    left = (1 - between) * (n - 1) / max(n - classes, 1)
    return _Scored(features, classes, 1 - left)


def _crossed(features: Sequence[Feature]) -> tuple[Ints, int]:
    """A number for each combination of the features' classes, and what all of them are below."""
    codes, room = features[0].codes
    for feature in features[1:]:
        own, classes = feature.codes
        codes, room = codes * classes + own, room * classes
    return codes, room


def _label(scored: _Scored, where: Floats) -> Label:
    codes, classes = compact([feature.column for feature in scored.features] or [np.zeros(len(where), np.int64)])
    means = class_means(where, codes, classes)
    distance = ((where - means[codes]) ** 2).sum(axis=1)
    order = np.lexsort((distance, codes))
    first = np.searchsorted(codes[order], np.arange(classes))
    return Label(
        tuple(sorted(scored.features, key=lambda feature: feature.text)), codes, classes, scored.explained, order[first]
    )


def with_what_else(label: Label, symbols: Sequence[Feature], values: Floats) -> Label:
    """The label with those symbols that explain more of the variance at its place, one after the other: what it brings
    along, whether anything reads it or not."""
    where, scored = principal(values), _Scored(label.features, label.classes, label.explained)
    while label.features and scored.explained < ALL and len(scored.features) < MOST_ITEMS:
        more = [_scored((*scored.features, f), where) for f in symbols if f not in scored.features]
        fitting = [s for s in more if s.classes <= MOST_CLASSES]
        best = max(fitting, key=lambda s: s.explained, default=scored)
        if best.explained < scored.explained + MORE:
            break
        scored = best
    return label if scored.features == label.features else _label(scored, where)


def running(label: Label, features: Sequence[Feature]) -> Label:
    """The label, or the same partition in counts of what is below each symbol: how sorting is said."""
    counted = [isinstance(feature.expression, Count | CountBelow | CountOneOf | Sum) for feature in label.features]
    if len(counted) < 2 or not all(counted):
        return label
    below = [feature for feature in features if isinstance(feature.expression, CountBelow)]
    for some in combinations(below, len(counted)):
        if (
            compact([f.column for f in some])[1]
            == label.classes
            == compact([label.codes, *(f.column for f in some)])[1]
        ):
            return replace(label, features=tuple(sorted(some, key=lambda feature: feature.text)))
    return label


def class_means(values: Floats, codes: Ints, classes: int) -> Floats:
    """`[class, d]`, the mean of each class's values."""
    sizes = np.bincount(codes, minlength=classes)
    sums = [np.bincount(codes, weights=column, minlength=classes) for column in values.T]
    found: Floats = np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]
    return found


def explained_by(values: Floats, codes: Ints) -> float:
    """Share of the variance of these values, `[row, d]`, that lies between classes, 0 to 1, less what so many classes
    explain by chance; 0 where nothing varies."""
    centred = values - values.mean(axis=0)
    whole = float((centred**2).sum())
    if whole <= 0:
        return 0.0
    classes, n = int(codes.max()) + 1, len(codes)
    means = class_means(centred, codes, classes)
    within = float(((centred - means[codes]) ** 2).sum())
    return max(0.0, 1 - within / whole * (n - 1) / max(n - classes, 1))


def same_class(codes: Ints, mixed: Ints) -> Ints:
    """`[row]`, for each row another of its class, itself where it is alone; `mixed` is an order of the rows, drawn."""
    # Two orders of the rows, each sorted by class: what stands at one's place in the other is its partner.
    order, partner = np.argsort(codes, kind="stable"), mixed[np.argsort(codes[mixed], kind="stable")]
    found = np.empty_like(order)
    found[order] = partner
    return found
