"""Bounds that surely hold what the exact function of a model's weights gives, from the native core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.native import _core
from openwork.engines.native.engine import NativeEngine
from openwork.engines.native.sites import core_name, tap_site
from openwork.errors import EngineError, Reason
from openwork.models import ModelSpec, Stack, sites_of

FOLLOWED = ("z", "attn_out", "mlp_out", "resid_pre", "resid_mid", "resid_post")
"""sites that can be read and written on balls, as the core calls them"""


@dataclass(frozen=True, eq=False)
class BallsAt:
    """Balls at a site, one number of the site after the other at each position.

    Attributes:
        site: its hook name.
        mid, rad: `[input, pos, width]`, or one input's for all.
        chosen: `[pos, width]`, which of them are written.
    """

    site: str
    mid: NDArray[np.float64]
    rad: NDArray[np.float64]
    chosen: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Enclosed:
    """Of one model, over the real numbers: no rounding of any pass is in them.

    Attributes:
        lower: `[input]`, by how much the right logit leads the largest other one, at the graded position where it
            leads least: no less than this. Of answers that are sets, how far the logit that is nearest to 0 lies on its
            right side. Where no answer is wanted nothing counts; infinite where there is only one answer.
        upper: `[input]`, and no more than this.
        radius: `[input]`, the largest radius of a logit's enclosure.
        read: by site, the middle and the radius of what is there, `[input, pos, width]` each; 0 where no logit hangs on
            it.
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    radius: NDArray[np.float64]
    read: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)


def is_followed(site: str) -> bool:
    """Whether a pass on balls can be read and written there."""
    return core_name(site) in FOLLOWED


def width_of(spec: ModelSpec, site: str, n_pos: int) -> int:
    """Numbers of a site at one position."""
    return prod(sites_of(spec)[site].shape(spec, n_pos)[1:])


def enclose(
    engine: NativeEngine,
    stack: Stack,
    dataset: Dataset,
    *,
    written: Sequence[BallsAt] = (),
    read: Sequence[str] = (),
) -> Enclosed:
    """Runs every input through the model on balls: a float64 midpoint, and a radius with room for every rounding.

    The numbers are the same, to the bit, at every SIMD level and with any number of threads. Where bounds overflow they
    are NaN or infinite, which proves nothing.

    Args:
        engine: whose threads and level are used.
        stack: one model.
        dataset: inputs with answers.
        written: what stands at some sites in place of what the model computes there; whatever lies in these balls, the
            bounds hold.
        read: sites, for which `is_followed` says so, whose balls are wanted.

    Raises:
        EngineError: the stack does not hold one model, or this machine's arithmetic is not what the bounds rest on.
    """
    if len(stack) != 1:
        raise EngineError("one model is enclosed at a time", Reason("stack", f"holds {len(stack)} models"))
    wide = stack.spec.model_copy(update={"dtype": "float64"})
    exact = Stack(wide, stack.flat.astype(np.float64))
    lower, upper, radius = (np.full(len(dataset), np.nan) for _ in range(3))
    n_pos = dataset.tokens.shape[1]
    shapes = {site: (len(dataset), n_pos, width_of(wide, site, n_pos)) for site in read}
    found = {site: (np.zeros(shape), np.zeros(shape)) for site, shape in shapes.items()}
    taps = [_writing(at, (len(dataset), n_pos, width_of(wide, at.site, n_pos))) for at in written]
    taps += [
        _core.make_ball_tap(*tap_site(site), mid.shape[2], out_mid=mid, out_rad=rad)
        for site, (mid, rad) in found.items()
    ]
    work = engine.judging(exact, dataset)
    try:
        _core.enclose(work, lower, upper, radius, *([taps] if taps else []))
    except RuntimeError as error:
        raise EngineError("nothing can be proved on this machine", Reason("arithmetic", str(error))) from error
    return Enclosed(lower, upper, radius, found)


def _writing(at: BallsAt, shape: tuple[int, int, int]) -> _core.BallTap:
    """For the core, which trusts these shapes."""
    inputs, n_pos, width = shape
    mid, rad = (np.ascontiguousarray(end, np.float64) for end in (at.mid, at.rad))
    if mid.shape != rad.shape or mid.shape not in ((inputs, n_pos, width), (1, n_pos, width)):
        raise ValueError(f"{at.site}: balls of the shape {mid.shape}, not {shape}")
    if at.chosen.shape != (n_pos, width):
        raise ValueError(f"{at.site}: chosen are {at.chosen.shape}, not {(n_pos, width)}")
    mask = np.ascontiguousarray(at.chosen, np.uint8)
    return _core.make_ball_tap(*tap_site(at.site), width, mask=mask, mid=mid, rad=rad)
