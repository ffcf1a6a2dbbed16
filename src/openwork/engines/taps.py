"""What a plan becomes before an engine sees it: plain writes and reads at sites, nothing left to choose or to check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
    """Write what the pass over source number `source` has there."""

    site: str
    index: NDArray[np.int32]
    source: int


@dataclass(frozen=True, eq=False)
class PerInput:
    """Write given numbers, others for each input: `values` is `[model, input, index]`, or with one model for all."""

    site: str
    index: NDArray[np.int32]
    values: Floats


@dataclass(frozen=True, eq=False)
class Applied:
    """Write what a function of the user's makes of the site's whole value; `name` is the edit's, for errors.

    No engine sees one: `openwork.engines.applied` makes numbers of it first.
    """

    site: str
    index: NDArray[np.int32]
    function: Callable[[Floats], Any]
    name: str


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


Write = Constant | FromSource | PerInput | Applied | Affine


def numbers_at(values: Floats, index: NDArray[np.int32]) -> Floats:
    """`[..., number] -> [..., index]`; nothing is copied where the index is every number in turn."""
    if len(index) == values.shape[-1] and (index == np.arange(len(index))).all():
        return values
    found: Floats = values[..., index]
    return found


def rows_of(writes: Iterable[Write], rows: slice) -> tuple[Write, ...]:
    """The same writes in a pass over these inputs only."""
    return tuple(replace(w, values=w.values[:, rows]) if isinstance(w, PerInput) else w for w in writes)


@dataclass(frozen=True, eq=False)
class Taps:
    """Writes, in order, and the sites to read.

    `below` is what an unedited pass over the same inputs left below all writes, for the engine that made it to begin
    with.
    """

    writes: tuple[Write, ...] = ()
    reads: tuple[str, ...] = ()
    below: object = None

    def take(self, rows: slice) -> Taps:
        """In a pass over these inputs only."""
        return replace(self, writes=rows_of(self.writes, rows))


@dataclass(frozen=True, eq=False)
class Source:
    """Inputs whose pass others take values from: `tokens` `[input, pos]`, and what is written in that pass.

    A source takes only from sources with a lower number.
    """

    tokens: Tokens
    writes: tuple[Write, ...] = ()

    def take(self, rows: slice) -> Source:
        """These inputs of it."""
        return Source(self.tokens[rows], rows_of(self.writes, rows))


def taken_from(writes: Iterable[Write]) -> set[int]:
    """Numbers of the sources that these writes take from."""
    return {write.source for write in writes if isinstance(write, FromSource)}


def own_sources(taps: Taps, sources: Sequence[Source]) -> tuple[Taps, list[Source]]:
    """The taps with only those of the sources that they take something from, directly or not, numbered anew."""
    used = taken_from(taps.writes)
    for number in reversed(range(len(sources))):
        if number in used:
            used |= taken_from(sources[number].writes)
    order = sorted(used)

    def anew(writes: Iterable[Write]) -> tuple[Write, ...]:
        return tuple(replace(w, source=order.index(w.source)) if isinstance(w, FromSource) else w for w in writes)

    own = [Source(sources[number].tokens, anew(sources[number].writes)) for number in order]
    return replace(taps, writes=anew(taps.writes)), own
