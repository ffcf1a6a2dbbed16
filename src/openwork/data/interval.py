"""Intervals for a share that was counted on some of the cases only."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

CONFIDENCE = 0.95
"""How sure every interval is; two-sided."""


def clopper_pearson(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact binomial interval for a rate: holds it with at least this confidence, whatever the rate.

    Raises:
        ValueError: no trials, or successes outside 0 .. trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials")
    tail = (1 - confidence) / 2
    low, high = 0.0, 1.0
    if successes > 0:
        at_least = _chance(trials, range(successes, trials + 1))
        low = _root(lambda p: at_least(p) - tail)
    if successes < trials:
        at_most = _chance(trials, range(successes + 1))
        high = _root(lambda p: tail - at_most(p))
    return low, high


def chernoff(mean: float, samples: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """An interval for the mean of independent values between 0 and 1, from the mean of `samples` of them.

    Chernoff's bound in Hoeffding's form (1963, theorem 1): every rate whose divergence from `mean` is small enough.
    """
    bound = math.log(2 / (1 - confidence)) / samples
    low = 0.0 if mean <= 0 else _root(lambda p: bound - _divergence(mean, p) if p < mean else 1.0)
    high = 1.0 if mean >= 1 else _root(lambda p: _divergence(mean, p) - bound if p > mean else -1.0)
    return low, high


def trials_to_confirm(rate: float, confidence: float = CONFIDENCE) -> int | None:
    """How many trials must all succeed before the exact interval lies at or above `rate`; None where none suffice."""
    if rate >= 1:
        return None
    return 1 if rate <= 0 else max(1, math.ceil(math.log((1 - confidence) / 2) / math.log(rate)))


def _divergence(q: float, p: float) -> float:
    """The Kullback-Leibler divergence between two coins, in nats; 0 < p < 1."""
    first = q * math.log(q / p) if q > 0 else 0.0
    return first + ((1 - q) * math.log((1 - q) / (1 - p)) if q < 1 else 0.0)


def _chance(n: int, counts: range) -> Callable[[float], float]:
    """The chance of one of these counts of successes in `n` trials, as a function of their rate p, 0 < p < 1."""
    k = np.arange(counts.start, counts.stop)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    log_ways = log_factorial[n] - log_factorial[k] - log_factorial[n - k]

    def chance(p: float) -> float:
        return float(np.exp(log_ways + k * math.log(p) + (n - k) * math.log1p(-p)).sum())

    return chance


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function on (0, 1) crosses 0, to the last bit, by bisection."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high
