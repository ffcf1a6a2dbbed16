"""How far two right computations of one thing may be apart: by what rounding makes of this very case.

No fixed number will do on random models: a norm over a stream that is nearly zero enlarges rounding by up to
1 / sqrt(eps) in every layer. So an oracle is asked how exact the case can be at all: how far it is in float32 from
itself in float64, and how far float64 moves when every weight moves by half a rounding of float32. Ten times the
largest of these is allowed on top of a part of the largest number. What is compared has no say in what it is allowed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from openwork.testing.engine_case import EngineCase

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
"""Of an array's largest number."""
OWN_ERROR = 10
DRAWS = 3
"""One float32 pass may be exact by luck."""

Array = NDArray[np.generic]


def require_near(what: str, found: Array, expected: Array, error: float) -> None:
    """Raises AssertionError unless both are the same to the rounding of `found`'s dtype.

    Args:
        what: is compared, for the message.
        found: in float32 or float64, of the shape of `expected`.
        expected: what an oracle says.
        error: the oracle's own, from `own_error`.

    Raises:
        AssertionError: they differ, and by how much.
    """
    permitted = allowed(found.dtype.name, expected, error)
    if found.shape != expected.shape:
        raise AssertionError(f"{what}: shape {found.shape}, the oracle's is {expected.shape}")
    if not (apart := distance(found, expected)) <= permitted:
        raise AssertionError(f"{what}: differs by {apart:.3g} from the oracle; {permitted:.3g} is allowed")


def own_error(oracle: Callable[[EngineCase], Array], case: EngineCase) -> float:
    """How exact a case's values can be in its dtype: the largest error of an oracle itself; `2 + DRAWS` passes.

    Args:
        oracle: computes the values, in the dtype of the case that it is given.
        case: of either dtype; in float64 the error is that of float32, in proportion.
    """
    single, double = (case, case.in_other_dtype()) if case.spec.dtype == "float32" else (case.in_other_dtype(), case)
    exact = oracle(double)
    largest = max(distance(oracle(other), exact) for other in (single, *map(double.nudged, range(DRAWS))))
    return finer(case.spec.dtype) * largest


def allowed(dtype: str, expected: Array, error: float, looser: float = 1) -> float:
    """The largest distance between two right computations of `expected` in a dtype, with this error of the oracle."""
    return looser * TOLERANCE[dtype] * scale(expected) + OWN_ERROR * error


def finer(dtype: str) -> float:
    """By how much a dtype's roundings are smaller than those of float32."""
    return float(np.finfo(dtype).eps) / float(np.finfo("float32").eps)


def scale(array: Array) -> float:
    """The largest finite number of an array."""
    finite = np.abs(array[np.isfinite(array)], dtype=np.float64)
    return float(finite.max(initial=0))


def distance(one: Array, other: Array) -> float:
    """The largest difference; infinite where the two are not infinite, or not a number, at the same places."""
    if not np.array_equal(np.where(np.isfinite(one), 0, one), np.where(np.isfinite(other), 0, other), equal_nan=True):
        return float("inf")
    both = np.isfinite(one)
    return float(np.abs(one[both].astype(np.float64) - other[both].astype(np.float64)).max(initial=0))
