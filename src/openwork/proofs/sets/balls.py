"""Arrays of balls in NumPy: float64 midpoints, and radii that surely hold the true numbers.

Decision 0028 says what is assumed of floating-point numbers. A matrix product may add in any order and may fuse
multiplications with additions, as a library's does: its error is at most `(n + 2) u` times the sum of sizes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.models import ModelSpec

Array = NDArray[np.float64]
U = 2.0**-53
"""half a unit in the last place of 1"""
MORE = 1 + 2.0**-40
"""room for the rounding of a radius itself, of sums of up to some thousand"""
TINY = 1e-290
"""room for what is lost below the smallest normal number"""
LN2_HIGH = math.floor(math.log(2) * 2**40) / 2**40
"""times a whole number below 2^12 it is exact"""
LN2_LOW = 7.371002565167799e-13
"""ln 2 less `LN2_HIGH`, to the nearest"""
EXP_ERROR = 64 * U
"""of the series of `exp`, relative: truncation is 2e-19, and 15 steps of Horner's rule round by some 20 u"""
TERMS = 15


@dataclass(frozen=True, eq=False)
class Ball:
    """Every true number lies within `rad` of `mid`."""

    mid: Array
    rad: Array

    def at(self, place: int) -> Ball:
        """Along the first axis."""
        return Ball(self.mid[place], self.rad[place])


def exact(x: Array | float) -> Ball:
    """Numbers that are known."""
    mid = np.asarray(x, np.float64)
    return Ball(mid, np.zeros_like(mid))


def add(a: Ball, b: Ball) -> Ball:
    mid = a.mid + b.mid
    return Ball(mid, (a.rad + b.rad + U * abs(mid)) * MORE + TINY)


def times(a: Ball, b: Ball) -> Ball:
    """One by one."""
    mid = a.mid * b.mid
    return Ball(mid, (abs(a.mid) * b.rad + a.rad * (abs(b.mid) + b.rad) + U * abs(mid)) * MORE + TINY)


def product(a: Ball, b: Ball) -> Ball:
    """The matrix product over the last axis of `a` and the one before the last of `b`."""
    n, size = a.mid.shape[-1], abs(b.mid)
    mid = a.mid @ b.mid
    rad = abs(a.mid) @ ((n + 2) * U * size + b.rad) + a.rad @ (size + b.rad)
    return Ball(mid, rad * MORE + TINY)


def mean(a: Ball) -> Ball:
    """Over the last axis, which stays with length 1."""
    n = a.mid.shape[-1]
    mid = a.mid.mean(axis=-1, keepdims=True)
    rad = (a.rad + (n + 3) * U * abs(a.mid)).mean(axis=-1, keepdims=True)
    return Ball(mid, rad * MORE + TINY)


def over(a: Ball, b: Ball) -> Ball:
    """The quotient by what surely lies above 0."""
    mid = a.mid / b.mid
    least = np.maximum(b.mid - b.rad, 0.0) * (1 - 4 * U)
    with np.errstate(divide="ignore", invalid="ignore"):
        rad = (a.rad + abs(mid) * b.rad) / least + 2 * U * abs(mid)
    return Ball(mid, rad * MORE + TINY)


def root(a: Ball, least: float) -> Ball:
    """The square root of what surely is at least `least`."""
    low = np.sqrt(np.maximum(a.mid - a.rad, least)) * (1 - 4 * U)
    high = np.sqrt(np.maximum(a.mid, least) + a.rad) * (1 + 4 * U)
    mid = (low + high) / 2
    return Ball(mid, ((high - low) / 2 + 2 * U * high) * MORE + TINY)


def exp(a: Ball) -> Ball:
    """e to the power of each. Below -600 it is known to lie between 0 and that; radii are below 1/2."""
    x = np.maximum(a.mid, -600.0)
    k = np.rint(x / math.log(2))
    left = (x - k * LN2_HIGH) - k * LN2_LOW
    series = np.full_like(x, 1 / math.factorial(TERMS))
    for n in range(TERMS - 1, -1, -1):
        series = series * left + 1 / math.factorial(n)
    mid = np.ldexp(series, k.astype(int))
    spread = np.where(a.rad < 0.5, 2 * a.rad, np.inf)
    rad = mid * (EXP_ERROR + spread * (1 + EXP_ERROR))
    return Ball(mid, np.where(a.mid < -600.0, mid + rad, rad) * MORE + TINY)


def norm(spec: ModelSpec, x: Ball, w: Array | None, b: Array | None) -> Ball:
    """A norm of the spec's kind, its weights included."""
    if spec.normalization_type is None:
        return x
    if spec.normalization_type in ("LN", "LNPre"):
        centre = mean(x)
        x = add(x, Ball(-centre.mid, centre.rad))
    scale = root(add(mean(times(x, x)), exact(spec.eps)), spec.eps)
    x = over(x, scale)
    x = x if w is None else times(x, exact(w))
    return x if b is None else add(x, exact(b))
