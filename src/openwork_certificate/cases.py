"""The tasks whose proofs by sets can be checked, written down from their definitions. A reader has to agree with them.

For each output its name, and cases: `allowed` [case, place, symbol], what may stand there; the right answer of each;
and how many questions are in each. The query, which is where the answer is asked, is the last place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def adder(base, digits):
    """a[0..n-1] + b[0..n-1] = y[0..n-1], the lowest digit first; y[n] is the last carry. y[k] is asked where y[k-1] is.

    y[k] is (a[k] + b[k] + carry) mod base, and the carry is 1 where a[k-1] + b[k-1] and what was carried into place k-1
    come to base or more. y[k-1], which is shown, tells that last one. Of the B^2 ways to fill the k-1 places before,
    B = base^(k-1), those carry that have a + b >= B: B (B - 1) / 2.
    """
    n, end = digits, base + 2
    for k in range(n + 1):
        own = [(a, b) for a in range(base) for b in range(base)] if k < n else [(0, 0)]
        before = [(a, b, c) for a in range(base) for b in range(base) for c in ((0, 1) if k > 1 else (0,))]
        a, b, a_before, b_before, carried = np.array(
            [(*two, *three) for two in own for three in (before if k else [(0, 0, 0)])]
        ).T
        allowed = np.zeros((len(a), 2 * n + 2 + k, end), bool)
        allowed[:, :, :base] = True
        allowed[:, [n, 2 * n + 1]] = np.arange(end) == np.array([[base], [base + 1]])
        shown = a_before + b_before + carried
        known = [(k, a), (n + 1 + k, b)] if k < n else []
        known += [(k - 1, a_before), (n + k, b_before), (2 * n + 1 + k, shown % base)] if k else []
        for place, symbols in known:
            allowed[:, place] = np.arange(end) == symbols[:, None]
        ways = base ** max(k - 1, 0)
        carrying, later = ways * (ways - 1) // 2, base ** (2 * max(n - 1 - k, 0))
        counts = [(carrying if c else ways * ways - carrying) * later for c in carried.tolist()]
        yield f"y[{k}]", allowed, (a + b + shown // base) % base if k < n else shown // base, counts


def maximum(numbers, length):
    """x[0..n-1] = : the largest, asked at `=`. A case is the largest, and the first place where it stands."""
    cases = [(most, first) for most in range(numbers) for first in range(length) if most or not first]
    allowed = np.zeros((len(cases), length + 1, numbers + 1), bool)
    allowed[:, -1, -1] = True
    for row, (most, first) in enumerate(cases):
        for place in range(length):
            least, end = (most, most + 1) if place == first else (0, most + (place > first))
            allowed[row, place, least:end] = True
    yield "maximum", allowed, np.array([most for most, _ in cases]), ways_in(allowed)


def adder_size(base, digits):
    return base ** (2 * digits)


def maximum_size(numbers, length):
    return numbers**length


TASKS: dict[str, tuple[Any, Any]] = {"reversed-addition": (adder, adder_size), "maximum": (maximum, maximum_size)}


def ways_in(allowed):
    """In how many ways each set can be filled."""
    return [math.prod(one) for one in allowed.sum(-1).tolist()]
