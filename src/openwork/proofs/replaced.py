"""Components set to their mean, over the real numbers.

The mean of what a component writes is itself a number that nobody knows exactly: the mean, over every question of the
task, of the exact function's values. Each value lies in a ball of the pass on balls, so their mean lies in the mean of
the balls, with room for the rounding of the sums. Every question is then enclosed anew with that ball at the component:
whatever the true mean is, the bounds hold for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Component, Subject, component_named
from openwork.analyses.steps import Step, Watch
from openwork.data import dataset_of
from openwork.engines.native.enclosure import BallsAt, enclose, is_followed, width_of
from openwork.engines.native.engine import NativeEngine
from openwork.errors import PlanError, Reason
from openwork.interventions import Edit, Mean
from openwork.models import ModelSpec, site_named

AT_ONCE = 2**22
"""numbers of all sites that are held at once, middles and radii each"""
U = 2.0**-53
ROOM = 1 + 2.0**-40
"""for the rounding of sums of numbers that are not negative, of a few operations each"""
TINY = 1e-290
FOLLOW = (
    "attention layers, heads, MLPs and the stream are, for example blocks.0.attn, blocks.0.attn.head.1, blocks.0.mlp"
)


def joined_components(spec: ModelSpec, names: str) -> tuple[Component, ...]:
    """The components of `blocks.0.mlp + blocks.1.mlp`, which are replaced at once; none of an empty text.

    Raises:
        PlanError: the model does not have one of them, or it cannot be followed over the real numbers; with every one.
    """
    found, reasons = [], []
    for name in filter(None, (part.strip() for part in names.split("+"))):
        try:
            found.append(component_named(spec, name))
        except PlanError as error:
            reasons += list(error.reasons)
    reasons += not_followed(spec, [mean_of(component) for component in found])
    if not found and names.strip():
        reasons = reasons or [Reason("mean", f"{names!r} names no component", FOLLOW)]
    if reasons:
        raise PlanError("this cannot be set to its mean", reasons)
    return tuple(found)


def mean_of(component: Component) -> Mean:
    """As an engine's pass has it."""
    return Mean(component.site, None, component.heads)


def not_followed(spec: ModelSpec, edits: Sequence[Edit]) -> list[Reason]:
    """Why some of these places cannot be read or written over the real numbers."""
    sites = dict.fromkeys(site_named(spec, edit.site).name for edit in edits)
    return [Reason(site, "is not followed over the real numbers", FOLLOW) for site in sites if not is_followed(site)]


def chosen(spec: ModelSpec, n_pos: int, edit: Edit) -> NDArray[np.bool_]:
    """`[pos, width]`, the numbers that an edit is about."""
    mask = np.zeros(n_pos * width_of(spec, site_named(spec, edit.site).name, n_pos), bool)
    mask[edit.index(spec, n_pos)] = True
    return mask.reshape(n_pos, -1)


def mean_balls(
    subject: Subject, engine: NativeEngine, components: Sequence[Component], watch: Watch
) -> tuple[BallsAt, ...]:
    """Balls that hold the mean of what these components write in the unedited model, over every question, position by
    position; a pass on balls of every question."""
    spec, task = subject.spec, subject.task
    edits = [mean_of(component) for component in components]
    sites = tuple(dict.fromkeys(site_named(spec, edit.site).name for edit in edits))
    widths = {site: width_of(spec, site, task.n_pos) for site in sites}
    size, step = task.domain_size or 0, max(64, AT_ONCE // (task.n_pos * sum(widths.values())))
    parts: dict[str, list[tuple[NDArray[np.float64], ...]]] = {site: [] for site in sites}
    for start in range(0, size, step):
        dataset = dataset_of(task, np.arange(start, min(start + step, size), dtype=np.int64))
        read = enclose(engine, subject.stack, dataset, read=sites).read
        for site in sites:
            mid, rad = read[site]
            parts[site].append((halved(mid), halved(abs(mid)), halved(rad)))
        watch(Step("what stands at the mean", min(1.0, (start + step) / size), min(start + step, size)))
    steps = step.bit_length() + len(range(0, size, step)).bit_length()
    balls = {site: _mean([np.stack(sums) for sums in zip(*parts[site], strict=True)], size, steps) for site in sites}
    return tuple(
        BallsAt(site, *balls[site], chosen(spec, task.n_pos, edit))
        for site, edit in ((site_named(spec, edit.site).name, edit) for edit in edits)
    )


def halved(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum over the first axis: one half is added to the other until there is one, so that each number goes through
    no more additions than the length has binary digits."""
    while len(x) > 1:
        half = len(x) // 2
        both = x[:half] + x[half : 2 * half]
        x = np.concatenate([both, x[2 * half :]])
    first: NDArray[np.float64] = x[0]
    return first


def _mean(
    sums: Sequence[NDArray[np.float64]], size: int, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle and radius, `[1, pos, width]`, from the parts' sums of middles, of their sizes and of radii.

    A number goes through at most `steps` additions, in the parts and here. Each rounds by at most U of what it gives,
    so all of one step by at most U of the sum of sizes, known to as little itself.
    """
    mid, sizes, rad = (halved(part) for part in sums)
    middle = mid / size
    radius = (rad + (steps + 2) * U * sizes) / size * ROOM + 2 * U * abs(middle) + TINY
    return middle[None], (radius * ROOM)[None]
