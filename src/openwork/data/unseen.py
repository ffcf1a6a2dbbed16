"""How likely the next draw is of a kind that was not drawn yet, told from the kinds of independent draws."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from openwork.data.interval import CONFIDENCE, clopper_pearson


def good_turing(kinds: Sequence[Hashable]) -> float:
    """Good and Turing's estimate: the share of draws whose kind was drawn once.

    Raises:
        ValueError: no draws.
    """
    if not kinds:
        raise ValueError("no draws")
    return sum(count == 1 for count in Counter(kinds).values()) / len(kinds)


def unseen_interval(kinds: Sequence[Hashable]) -> tuple[float, float]:
    """An interval for the chance that one more draw is of a kind not among these; it holds it with 95 % confidence at
    least, whatever the kinds and however few the draws.

    Each end is sure by half of what is left. The upper end is exact: what the first half of the draws had not seen is
    at least as likely as what all of them have not, and the second half draws it as a coin of that chance. The lower
    end is the estimate less what it may be off by: McDiarmid (1989) for the estimate, McAllester and Ortiz (2003) for
    the chance, and one draw for the difference of their means.

    Args:
        kinds: of independent draws, in an order that the kinds did not decide.

    Raises:
        ValueError: no draws.
    """
    draws, half = len(kinds), len(kinds) // 2
    estimate = good_turing(kinds)
    seen = set(kinds[:half])
    new = sum(kind not in seen for kind in kinds[half:])
    _, high = clopper_pearson(new, draws - half)
    doubt = math.log(4 / (1 - CONFIDENCE))
    low = estimate - (1 + math.sqrt(2 * doubt * draws) + math.sqrt(doubt * draws)) / draws
    return max(0.0, min(low, high)), high
