"""What a plan becomes before an engine sees it: plain writes and reads at sites, nothing left to choose or to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from openwork.engines.values import Floats
from openwork.tasks import Tokens


@dataclass(frozen=True, eq=False)
class Constant:
    """Write given numbers: `values` is `[model, index]`."""

    site: str
    index: NDArray[np.int32]
    values: Floats


@dataclass(frozen=True, eq=False)
class FromSource:
    """Write what the unedited pass over source number `source` has there."""

    site: str
    index: NDArray[np.int32]
    source: int


@dataclass(frozen=True, eq=False)
class Affine:
    """Write an affine map of what the MLP of the same block reads.

    At `hook_mlp_out` of a block, at each of `positions`: `reads @ matrix + bias`, where `reads` is
    `ln2.hook_normalized` (or `hook_resid_mid` without a norm), `matrix` is `[model, d_model, d_model]` (in, out) and
    `bias` is `[model, d_model]`.
    """

    site: str
    positions: NDArray[np.int32]
    matrix: Floats
    bias: Floats


Write = Constant | FromSource | Affine


@dataclass(frozen=True, eq=False)
class Taps:
    """Writes, in order, and the sites to read."""

    writes: tuple[Write, ...] = ()
    reads: tuple[str, ...] = ()


def own_sources(taps: Taps, sources: Sequence[Tokens]) -> tuple[Taps, list[Tokens]]:
    """The taps with only those of the sources that they take something from, numbered anew."""
    used = sorted({write.source for write in taps.writes if isinstance(write, FromSource)})
    writes = (
        replace(write, source=used.index(write.source)) if isinstance(write, FromSource) else write
        for write in taps.writes
    )
    return replace(taps, writes=tuple(writes)), [sources[number] for number in used]
