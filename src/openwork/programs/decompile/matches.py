"""Candidates that fetch by content: look a symbol up among earlier ones and give what stands beside the match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from openwork.programs.decompile.nearly import most_frequent
from openwork.programs.language import Constant, Expression, Ints, ItemAt, Largest, Match, Modulo, Name, Plus, Smallest

OFFSETS = (-1, 1, -2, 2)
"""where the value may stand, counted from its key"""
FEW_NUMBERS = 6
"""numbers up to which each is looked for"""


def matches(operands: Sequence[tuple[Name, Ints, int]], target: Ints) -> Iterator[Expression]:
    """For each operand as what is looked for: the others as keys, each with the value at an offset from it.

    Args:
        operands: name, column and place in the question of each.
        target: `[row]`, which says what is given where nothing matches.
    """
    by_place: dict[int, tuple[Name, Ints]] = {}
    for name, column, place in operands:
        by_place.setdefault(place, (name, column))
    for wanted, column, _ in operands:
        for offset in OFFSETS:
            beside = [
                (by_place[p], by_place[p + offset])
                for p in sorted(by_place)
                if p + offset in by_place and by_place[p][0] != wanted
            ]
            # What is looked for may stand beside the list, and be none of it.
            apart = [pair for pair in beside if pair[1][0] != wanted]
            for pairs in (beside, apart) if len(apart) < len(beside) else (beside,):
                if len(pairs) < 2:
                    continue
                default = _without(target[~np.any([key[1] == column for key, _ in pairs], axis=0)])
                keys, held = tuple(key[0] for key, _ in pairs), tuple(value[0] for _, value in pairs)
                for last in (True, False):
                    yield Match(wanted, keys, held, default, last)


def items_at(operands: Sequence[tuple[Name, Ints, int]]) -> Iterator[ItemAt]:
    """For each operand that has numbers of places of a list, its item there: of the question's own lists, and of those
    that variables hold at places in a row.

    Args:
        operands: name, column and place in the question of each.
    """
    for several in lists_of(operands):
        for wanted, column, _ in operands:
            if len(several) > 1 and column.min() >= 0 and column.max() < len(several):
                yield ItemAt(wanted, several)
                if wanted in several:  # what stands where one of a list's own says
                    continue
                # Counted on from there, and on from the beginning again.
                for shift in range(1, len(several) if column.max() == len(several) - 1 else 1):
                    yield ItemAt(Modulo(Plus(wanted, Constant(shift)), len(several)), several)


def lists_of(operands: Sequence[tuple[Name, Ints, int]]) -> list[tuple[Name, ...]]:
    """Operands by the name that they are numbers of, in order."""
    lists: dict[str, list[Name]] = {}
    for name, _, _ in sorted(operands, key=lambda operand: (operand[2], operand[0].name)):
        lists.setdefault(name.name.split("[")[0], []).append(name)
    return list(map(tuple, lists.values()))


def places_in_lists(operands: Sequence[tuple[Name, Ints, int]], target: Ints) -> Iterator[Match]:
    """Where in a list its largest or smallest number stands, each number where these are few, and each operand: one of
    the list's own, among the others.

    Args:
        operands: name, column and place in the question of each.
        target: `[row]`, which says what is given where it stands nowhere.
    """
    columns = {name: column for name, column, _ in operands}
    for several in lists_of(operands):
        if len(several) < 2:
            continue
        places = tuple(map(Constant, range(len(several))))
        held = np.stack([columns[name] for name in several])
        numbers = np.unique(held).tolist()
        wanted: list[tuple[Expression, Ints]] = list(columns.items())
        wanted += [(one, one.values(_by_text(columns))) for one in (Largest(several), Smallest(several))]
        wanted += [(Constant(n), np.full(len(target), n)) for n in numbers] if len(numbers) <= FEW_NUMBERS else []
        for one, column in wanted:
            among = [n for n in range(len(several)) if several[n] != one]
            hit = (held[among] == column).any(axis=0)
            if hit.any():
                keys, where = tuple(several[n] for n in among), tuple(places[n] for n in among)
                yield from (Match(one, keys, where, _without(target[~hit]), last) for last in (False, True))


def _by_text(columns: Mapping[Name, Ints]) -> dict[str, Ints]:
    return {name.name: column for name, column in columns.items()}


def _without(target: Ints) -> int:
    """What is given where nothing matches: what is asked there most often."""
    return most_frequent(target) if len(target) else 0


def by_key(operands: Sequence[tuple[Name, Ints, int, bool]], target: Ints) -> Match | None:
    """The symbol that stands where a key worked out there has one number: how a list is sorted by the places of its
    symbols in order.

    Args:
        operands: name, column and place in the question of each, and whether it is a symbol.
        target: `[row]`.
    """
    symbols = {place: (name, column) for name, column, place, symbol in operands if symbol}
    families: dict[str, dict[int, tuple[Name, Ints]]] = {}
    for name, column, place, symbol in operands:
        if not symbol and place in symbols:
            families.setdefault(name.name.split("[")[0], {}).setdefault(place, (name, column))
    for keys in families.values():
        places = sorted(keys)
        if len(places) < 2:
            continue
        columns = np.stack([keys[p][1] for p in places])
        held = np.stack([symbols[p][1] for p in places])
        for number in np.unique(columns):
            hit = columns == number
            # Where two keys have it, or none, nothing says which symbol is meant.
            if (hit.sum(axis=0) == 1).all() and (held[hit.argmax(axis=0), np.arange(len(target))] == target).all():
                names = tuple(keys[p][0] for p in places)
                return Match(Constant(int(number)), names, tuple(symbols[p][0] for p in places), 0)
    return None
