"""Whether plans reach a rate, settled on as few pairs as it takes.

Pairs are drawn, independently of one another and anew for every question. It is settled where bounds on the rate lie on
one side of the bar; where they do not, as many pairs again are drawn, and in the end all are run. The bounds are
Chernoff's, with the relative entropy in the exponent (Hoeffding 1963, theorem 1): they hold for every rate and number
of pairs. Of the `DOUBT` that is allowed to one route, its k-th bound may use 6 / (pi k)^2, whatever was asked before:
all together cannot use more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf, log, log1p, pi
from typing import NamedTuple

from openwork.analyses.routes.following import Following
from openwork.data.randomness import bits, integers
from openwork.engines import Sources
from openwork.interventions import Plan

DOUBT = 1e-9
"""chance, at most, that bounds on samples were wrong anywhere in the search for one route"""
FIRST, SHOWN = 128, 512
"""pairs that are drawn first: they tell 0 and 1 from a half, and 0 from 0.9; and those of a rate that is shown"""


@dataclass(frozen=True)
class Bar:
    """A rate to reach: `most`, or `share` of the rate of `plan` where that is less."""

    most: float
    plan: Plan | None = None
    share: float = 1.0


class Screened(NamedTuple):
    """Whether a plan reaches a bar, its rate on the pairs that settled it, and how many were drawn; None: all ran."""

    reaches: bool
    rate: float
    drawn: int | None = None


class Bounds(NamedTuple):
    """A rate on some pairs, between what that of all pairs lies, and how many were drawn; None: all ran."""

    rate: float
    low: float
    high: float
    drawn: int | None


@dataclass
class _Sample:
    """Pairs drawn for one question, and how many of them follow under each plan."""

    drawn: int = 0
    right: Counter[Plan] = field(default_factory=Counter)


class Screen:
    """Judges plans on samples of the pairs of one route; `drew` says whether it has needed any.

    Args:
        following: runs plans.
        worlds: that plans take from.
        first: pairs that are drawn first; where that is half of the rows that all take, or more, all are run.
    """

    def __init__(self, following: Following, worlds: Sources, first: int = FIRST) -> None:
        self.following, self.worlds, self.first = following, worlds, first
        self._looks, self._bounded_before = count(1), count(1)
        self.drew = False
        self._bars: dict[Bar, Bounds] = {}

    def judged(
        self, plans: Sequence[Plan | tuple[Plan, ...]], bar: Bar, known: Mapping[Plan, Bounds] | None = None
    ) -> list[Screened]:
        """Each of these plans against the bar; of several in a tuple the best.

        Args:
            plans: one, or a tuple, for each question.
            bar: without a plan of its own where something is known.
            known: of every plan, from pairs by which it was not chosen: what that settles is not asked again.
        """
        waiting = {number: plan if isinstance(plan, tuple) else (plan,) for number, plan in enumerate(plans)}
        by_plan: dict[int, Screened] = {}
        sample = _Sample()
        while waiting:
            bounds = known or self._looked([plan for of in waiting.values() for plan in of], bar, sample)
            known = None
            low, high = self._between(bar)
            for number, of in list(waiting.items()):
                best = max((bounds[plan] for plan in of), key=lambda one: one.rate)
                reaches = any(bounds[plan].low >= high for plan in of)
                waiting[number] = tuple(plan for plan in of if bounds[plan].high >= low)
                if reaches or not waiting[number]:
                    by_plan[number] = Screened(reaches, best.rate, best.drawn)
                    del waiting[number]
        return [by_plan[number] for number in range(len(plans))]

    def rates(self, plans: Sequence[Plan]) -> list[Bounds]:
        """The rates of these plans, on as many drawn pairs as are shown."""
        return self._bounds(plans, _Sample(), max(SHOWN, self.first))

    def lowest(self, bar: Bar) -> float:
        """What this bar is at the lowest, as far as was looked at."""
        return self._between(bar)[0]

    def _looked(self, plans: Sequence[Plan], bar: Bar, sample: _Sample) -> dict[Plan, Bounds]:
        """The rates of these plans, and of the bar's, on a sample that is made twice as large."""
        every = tuple(dict.fromkeys([*plans, bar.plan] if bar.plan is not None else plans))
        bounds = dict(zip(every, self._bounds(every, sample, sample.drawn or self.first), strict=True))
        if bar.plan is not None:
            self._bars[bar] = bounds[bar.plan]
        return bounds

    def _bounds(self, plans: Sequence[Plan], sample: _Sample, more: int) -> list[Bounds]:
        """The rates of these plans after so many more draws, or on all pairs where that takes little more."""
        if 2 * (sample.drawn + more) >= self.following.rows:
            return [Bounds(rate, rate, rate, None) for rate in self.following.rates(plans, self.worlds)]
        stream = bits(f"pairs of {self.following.pairs}", next(self._looks))
        rows = integers(stream, len(self.following), more)
        rows.sort()  # neighbours share more of a pass
        sample.drawn += more
        self.drew = True
        sample.right.update(dict(zip(plans, self.following.right(plans, self.worlds, rows), strict=True)))
        return [self._bounded(sample.right[plan], sample.drawn) for plan in plans]

    def _bounded(self, right: int, drawn: int) -> Bounds:
        doubt = DOUBT * 6 / (pi * next(self._bounded_before)) ** 2
        return Bounds(right / drawn, *chernoff(right, drawn, doubt), drawn)

    def _between(self, bar: Bar) -> tuple[float, float]:
        if bar.plan is None:
            return bar.most, bar.most
        plan = self._bars[bar]
        return min(bar.most, bar.share * plan.low), min(bar.most, bar.share * plan.high)


def chernoff(right: int, of: int, doubt: float) -> tuple[float, float]:
    """Between what a rate lies, but for a chance of `doubt`, when `right` of so many independent draws are right."""
    rate, exponent = right / of, log(2 / doubt) / of
    low = 0.0 if right == 0 else _root(rate, 0.0, exponent)
    high = 1.0 if right == of else _root(rate, 1.0, exponent)
    return low, high


def _root(rate: float, end: float, exponent: float) -> float:
    """Between `rate` and `end`, where the relative entropy of `rate` to it is `exponent`, to the side of `end`."""
    inner, outer = rate, end
    for _ in range(50):
        middle = (inner + outer) / 2
        if _relative_entropy(rate, middle) < exponent:
            inner = middle
        else:
            outer = middle
    return outer


def _relative_entropy(rate: float, other: float) -> float:
    if other in (0.0, 1.0):
        return 0.0 if rate == other else inf
    entropy = rate * log(rate / other) if rate > 0 else 0.0
    return entropy + ((1 - rate) * (log1p(-rate) - log1p(-other)) if rate < 1 else 0.0)


__all__ = ["DOUBT", "Bar", "Bounds", "Screen", "Screened", "chernoff"]
