"""Answers of a patched model that are sure, over the real numbers: what standing there from another input makes of it.

A place takes the exact function's own value on the source. That value lies in a ball of a pass on balls over the
source, and the pass over the base goes on with that ball: so its bounds hold for the true value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.data import Dataset
from openwork.engines.native.enclosure import BallsAt, enclose, width_of
from openwork.engines.native.engine import NativeEngine
from openwork.interventions import Patch
from openwork.models import site_named
from openwork.proofs.proving import require_numbers
from openwork.proofs.replaced import AT_ONCE, chosen
from openwork.tasks import Tokens

SURELY, OPEN, NEVER = 1, 0, -1
"""every wanted answer leads; nobody knows; some other answer is above a wanted one, or as high"""


def surely_answered(
    subject: Subject, edits: Sequence[Patch], bases: Tokens, sources: Tokens, wanted: NDArray[np.integer]
) -> NDArray[np.int8]:
    """`[pair]`: whether the model answers as is `wanted` where places take their value from another input.

    Costs two passes on balls for each pair.

    Args:
        subject: the model; its graded positions count.
        edits: what is taken from the source, at sites that `is_followed` names.
        bases: `[pair, pos]`, what the model runs on.
        sources: `[pair, pos]`, what is taken from the unedited run on these.
        wanted: `[pair, graded]`, symbols of the answer vocabulary.

    Raises:
        CheckpointError: weights that are not numbers.
        EngineError: the arithmetic of this machine is not what the bounds rest on.
    """
    require_numbers(subject)
    spec, n_pos, graded = subject.spec, bases.shape[1], subject.inputs.graded
    sites = [site_named(spec, edit.site).name for edit in edits]
    masks = [chosen(spec, n_pos, edit) for edit in edits]
    unique = tuple(dict.fromkeys(sites))
    step = max(64, AT_ONCE // (n_pos * sum(width_of(spec, site, n_pos) for site in unique)))
    engine, found = NativeEngine(1), np.zeros(len(bases), np.int8)
    for start in range(0, len(bases), step):
        rows = slice(start, start + step)
        index = np.arange(len(bases[rows]), dtype=np.int64)
        base, source = (Dataset(of[rows], wanted[rows].astype(np.int32), graded, index) for of in (bases, sources))
        read = enclose(engine, subject.stack, source, read=unique).read
        written = [BallsAt(site, *read[site], mask) for site, mask in zip(sites, masks, strict=True)]
        bounds = enclose(engine, subject.stack, base, written=written)
        with np.errstate(invalid="ignore"):
            found[rows] = np.where(bounds.lower > 0, SURELY, np.where(bounds.upper <= 0, NEVER, OPEN))
    return found
