"""The smallest set of things that still does the work, found by trying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def smallest(
    items: Sequence[T],
    alone: Sequence[float],
    rates: Callable[[Sequence[tuple[T, ...]]], list[float]],
    wanted: float,
) -> tuple[T, ...]:
    """Those of `items` that together reach a rate of `wanted`, none of them to spare; all where nothing less does.

    First those that reach it alone, for each of them counts. Else those that no set can do without (all others together
    fall short without it). Else one after the other is left out, the weakest alone first, as long as the rest reaches
    it: where several sets are equally small, one of them is found.

    Args:
        items: what there is.
        alone: the rate of each by itself.
        rates: of some sets of items.
        wanted: the rate to reach.
    """
    sure = {item for item, rate in zip(items, alone, strict=True) if rate >= wanted}
    if sure and rates([_those(items, sure)])[0] >= wanted:
        return _those(items, sure)
    without = rates([_those(items, set(items) - {item}) for item in items])
    needed = {item for item, rate in zip(items, without, strict=True) if rate < wanted}
    if needed and rates([_those(items, sure | needed)])[0] >= wanted:
        return _those(items, sure | needed)
    kept = set(items)
    for item in sorted(items, key=lambda item: alone[items.index(item)]):
        if item not in needed and len(kept) > 1 and rates([_those(items, kept - {item})])[0] >= wanted:
            kept.remove(item)
    return _those(items, kept)


def _those(items: Sequence[T], chosen: set[T]) -> tuple[T, ...]:
    return tuple(item for item in items if item in chosen)
