"""What attention brings to the query, for sets of tokens: a reference point, and what each place adds to it.

With weights `w` and sum `Z = sum of w`, a head writes `r + sum over places of w (v - r) / Z`, for whatever `r`. We take
for `r` what the known places alone would give: then unknown places that get little attention add little, and what
the tokens of one place add to all coordinates is kept together for as long as it can be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.proofs.sets.balls import MORE, Array, U
from openwork.proofs.sets.tables import Tables

LEAST_SUM = 1e-200
"""of a head's weights, with which it is still divided"""


@dataclass(frozen=True, eq=False)
class Attended:
    """Of some boxes. `1 / Z` is `(1 + at most uneven) / middle`.

    Attributes:
        allowed: `[box, place, token]`.
        unknown: `[place]`, whether some box has more than one token there.
        share: `[box, head, place, token]`, `w / middle`, where allowed and not known.
        highest: `[box, head, place]`, the largest share of each place that is not known.
        uneven: `[box, head]`.
        reference: `[box, head, d_model]`.
        centre: `[box, d_model]`, the stream with the references.
        slack: `[box]`, of every coordinate of the stream: for the rounding of all this, and of the tables.
        sums: `[box, head]`, the least that `Z` can be; weights as in the tables.
        weight: `[box, head, place, token]`, as in the tables.
    """

    allowed: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    share: Array
    highest: Array
    uneven: Array
    reference: Array
    centre: Array
    slack: Array
    sums: Array
    weight: Array


def attended(tables: Tables, allowed: NDArray[np.bool_], asks: NDArray[np.int64]) -> Attended:
    """Of boxes `allowed`, `[box, place, token]`, whose query has the token `asks`, `[box]`."""
    weight = tables.weight[asks]
    boxes, heads, places, tokens = weight.shape
    inside = np.where(allowed[:, None], weight, 0.0)
    highest = inside.max(-1)
    lowest = np.where(allowed[:, None], weight, np.inf).min(-1)
    known = allowed.sum(-1) == 1
    off = tables.weight_error + (places + 8) * U
    low, high = lowest.sum(-1) * (1 - off), highest.sum(-1) * (1 + off)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (low + high) / 2
        uneven = np.maximum(middle / low - 1, 1 - middle / high) * MORE + 8 * U
        surely = (inside * known[:, None, :, None]).reshape(boxes, heads, -1).swapaxes(0, 1)
        written = tables.written.reshape(heads, places * tokens, -1)
        over = (highest * known[:, None]).sum(-1)
        reference = (surely @ written).swapaxes(0, 1) / np.maximum(over, LEAST_SUM)[..., None]
        size = tables.size + abs(reference).max(-1)
        rounding = 4 * U * (places * tokens + reference.shape[-1] + 16)
        loose = high / low * ((2 * tables.weight_error + rounding) * size + 2 * tables.written_error)
        start = tables.start[asks]
        centre = start + reference.sum(1)
        add = 4 * U * (heads + 8) * (abs(start).max(-1) + (size * high / low).sum(-1)) + tables.written_error
    slack = np.where((np.minimum(low, over) > LEAST_SUM).all(-1), loose.sum(-1) + add, np.inf)
    share = inside * ~known[:, None, :, None] / middle[..., None, None]
    return Attended(
        allowed=allowed,
        unknown=~known.all(0),
        share=share,
        highest=share.max(-1),
        uneven=uneven,
        reference=reference,
        centre=centre,
        slack=slack,
        sums=low,
        weight=weight,
    )


def hull(at: Attended, written: Array, reference: Array, sizes: Array) -> tuple[Array, Array]:
    """Coordinates of what unknown places add: the middle, and how far from it, each `[box, coordinate]`.

    Args:
        at: the boxes.
        written: `[head, place, token, coordinate]`, what a head writes, in any coordinates.
        reference: `[box, head, coordinate]`, in the same.
        sizes: `[head, coordinate]`, the largest size of each entry of `written`.
    """
    low = np.zeros((len(reference), reference.shape[-1]))
    high = np.zeros_like(low)
    for place in np.flatnonzero(at.unknown):
        share = at.share[:, :, place].swapaxes(1, 2)
        tokens = np.flatnonzero(at.allowed[:, place].any(0))
        least, most = np.full_like(low, np.inf), np.full_like(low, -np.inf)
        for token in tokens:
            added = share[:, token] @ written[:, place, token]
            added -= np.matmul(share[:, token, None], reference)[:, 0]
            may = at.allowed[:, place, token, None]
            np.minimum(least, added, out=least, where=may)
            np.maximum(most, added, out=most, where=may)
        low, high = low + least, high + most
    second = np.einsum("bh,bhd->bd", at.uneven * at.highest.sum(-1), sizes + abs(reference))
    return (low + high) / 2, (high - low) / 2 * MORE + second * MORE
