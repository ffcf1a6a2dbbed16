"""Rounds: every figure, side after side, again and again; medians, spread, and ratios within a round.

A shared machine changes its speed from minute to minute. What is compared is therefore measured close together, and a
ratio is the median of the rounds' ratios, never a ratio of medians.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass

Measure = Callable[[float], float]
Measures = Mapping[str, Mapping[str, Measure]]
"""By figure, then by side."""
Values = dict[tuple[str, str], list[float]]
"""By figure and side: one value of each round."""


@dataclass(frozen=True)
class Spread:
    """A median, and the smallest and largest of how many values."""

    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Of one value or more."""
        found = sorted(values)
        return cls(statistics.median(found), found[0], found[-1], len(found))

    def as_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)


def alternate(
    measures: Measures,
    rounds: int,
    seconds: float,
    most: Mapping[str, int] | None = None,
    warm: bool = True,
    told: Callable[[str], None] = lambda text: None,
) -> Values:
    """Every side of every figure, `rounds` times; every other round takes the sides in reverse.

    Args:
        measures: what to measure.
        rounds: how often.
        seconds: how long each measurement lasts.
        most: fewer rounds for figures that take long; those are not warmed either.
        warm: whether everything is measured once before the first round and forgotten.
        told: called with what is going on.
    """
    most = most or {}
    for figure, sides in measures.items() if warm else ():
        for side, measure in sides.items() if figure not in most else ():
            told(f"warming: {figure}, {side}")
            measure(seconds / 10)
    values: Values = {(figure, side): [] for figure, sides in measures.items() for side in sides}
    for number in range(rounds):
        for figure, sides in measures.items():
            if number >= most.get(figure, rounds):
                continue
            told(f"round {number + 1} of {rounds}: {figure}")
            for side in reversed(sides) if number % 2 else sides:
                values[figure, side].append(sides[side](seconds))
    return values


def ratio(above: Iterable[float], below: Iterable[float]) -> Spread:
    """Of the rounds that both have."""
    return Spread.of(a / b for a, b in zip(above, below, strict=False))
