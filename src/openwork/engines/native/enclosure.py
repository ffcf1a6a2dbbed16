"""Bounds that surely hold what the exact function of a model's weights gives, from the native core."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.native import _core
from openwork.engines.native.engine import NativeEngine
from openwork.errors import EngineError, Reason
from openwork.models import Stack


@dataclass(frozen=True, eq=False)
class Enclosed:
    """Of one model, over the real numbers: no rounding of any pass is in them.

    Attributes:
        lower: `[input]`, by how much the right logit leads the largest other one, at the graded position where it
            leads least: no less than this. Of answers that are sets, how far the logit that is nearest to 0 lies on its
            right side. Where no answer is wanted nothing counts; infinite where there is only one answer.
        upper: `[input]`, and no more than this.
        radius: `[input]`, the largest radius of a logit's enclosure.
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    radius: NDArray[np.float64]


def enclose(engine: NativeEngine, stack: Stack, dataset: Dataset) -> Enclosed:
    """Runs every input through the model on balls: a float64 midpoint, and a radius with room for every rounding.

    The numbers are the same, to the bit, at every SIMD level and with any number of threads. Where bounds overflow they
    are NaN or infinite, which proves nothing.

    Raises:
        EngineError: the stack does not hold one model, or this machine's arithmetic is not what the bounds rest on.
    """
    if len(stack) != 1:
        raise EngineError("one model is enclosed at a time", Reason("stack", f"holds {len(stack)} models"))
    wide = stack.spec.model_copy(update={"dtype": "float64"})
    exact = Stack(wide, stack.flat.astype(np.float64))
    lower, upper, radius = (np.full(len(dataset), np.nan) for _ in range(3))
    work = engine.judging(exact, dataset)
    try:
        _core.enclose(work, lower, upper, radius)
    except RuntimeError as error:
        raise EngineError("nothing can be proved on this machine", Reason("arithmetic", str(error))) from error
    return Enclosed(lower, upper, radius)
