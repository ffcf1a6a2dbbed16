"""Intervals for a share that was counted on some of the cases only."""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
"""How sure every interval of this room is; two-sided."""


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
        low = _root(lambda p: _share(p, trials, range(successes, trials + 1)) - tail)
    if successes < trials:
        high = _root(lambda p: tail - _share(p, trials, range(successes + 1)))
    return low, high


def hoeffding(samples: int, confidence: float = CONFIDENCE) -> float:
    """Half the width of an interval for the mean of `samples` independent values between 0 and 1."""
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * samples))


def trials_to_confirm(rate: float, confidence: float = CONFIDENCE) -> int | None:
    """How many trials must all succeed before the exact interval lies at or above `rate`; None where none suffice."""
    if rate >= 1:
        return None
    return 1 if rate <= 0 else max(1, math.ceil(math.log((1 - confidence) / 2) / math.log(rate)))


def _share(p: float, n: int, counts: range) -> float:
    """The chance of one of these counts of successes in `n` trials of rate `p`, 0 < p < 1."""
    log_p, log_q, log_all = math.log(p), math.log1p(-p), math.lgamma(n + 1)
    return math.fsum(
        math.exp(log_all - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q) for k in counts
    )


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function on (0, 1) crosses 0, to the last bit, by bisection."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high
