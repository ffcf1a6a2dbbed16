"""The smallest set of things that still does the work, found by trying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from openwork.analyses.routes.screening import Screened

T = TypeVar("T")


def smallest(
    items: Sequence[T],
    alone: Sequence[Screened],
    judged: Callable[[Sequence[tuple[T, ...]]], list[Screened]],
) -> tuple[T, ...]:
    """Those of `items` that together reach a bar, none of them to spare; all where nothing less does.

    First those that reach it alone, for each of them counts. Else those that no set can do without (all others together
    fall short without it). Else one after the other is left out, the weakest alone first, as long as the rest reaches
    it: where several sets are equally small, one of them is found.

    Args:
        items: what there is.
        alone: each by itself.
        judged: some sets of items.
    """
    sure = {item for item, one in zip(items, alone, strict=True) if one.reaches}
    if sure and judged([_those(items, sure)])[0].reaches:
        return _those(items, sure)
    without = judged([_those(items, set(items) - {item}) for item in items])
    needed = {item for item, rest in zip(items, without, strict=True) if not rest.reaches}
    if needed and judged([_those(items, sure | needed)])[0].reaches:
        return _those(items, sure | needed)
    kept = set(items)
    for item in sorted(items, key=lambda item: alone[items.index(item)].rate):
        if item not in needed and len(kept) > 1 and judged([_those(items, kept - {item})])[0].reaches:
            kept.remove(item)
    return _those(items, kept)


def _those(items: Sequence[T], chosen: set[T]) -> tuple[T, ...]:
    return tuple(item for item in items if item in chosen)
