"""What attention brings to the query, for sets of tokens: a reference point, and what each place adds to it.

With weights `w` and sum `Z = sum of w`, a head writes `r + sum over places of w (v - r) / Z`, for whatever `r`. We take
for `r` what the known places alone would give: then unknown places that get little attention add little, and what
the tokens of one place add to all coordinates is kept together for as long as it can be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.models import ModelSpec
from openwork.proofs.sets.balls import MORE, Array, U
from openwork.proofs.sets.open_heads import ends_of_mean
from openwork.proofs.sets.tables import Tables

LEAST_SUM = 1e-200
"""of a head's weights, with which it is still divided"""
UNEVEN = 1.5
"""times the least that a head's weights can sum to, up to which it is taken for one that looks at known places"""


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
        loose: `[box, head]`, heads that may look at places that are not known: these have no reference and no share
            above, and `open_heads.py` bounds what they write. `highest` is then the most of all attention that a place
            can have.
        least_part: `[box, head, place]`, the least of all attention that a place can have.
        could_be_loose: `[box]`, whether some head would be with `open_heads`.
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
    loose: NDArray[np.bool_]
    least_part: Array
    could_be_loose: NDArray[np.bool_]


def attended(tables: Tables, allowed: NDArray[np.bool_], asks: NDArray[np.int64], open_heads: bool) -> Attended:
    """Of boxes `allowed`, `[box, place, token]`, whose query has the token `asks`, `[box]`.

    With `open_heads` those heads whose weights may sum to `UNEVEN` times their least are taken for loose; else none is.
    """
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
        ratio = high / low
        uneven_heads = ~(ratio < UNEVEN) & (not is_followed_exactly(tables.spec))
        loose = uneven_heads & open_heads
        least_part, most_part = parts_of_places(lowest, highest, off)
        reference = (surely @ written).swapaxes(0, 1) / np.maximum(over, LEAST_SUM)[..., None]
        reference[loose] = 0.0
        ratio = np.where(loose, most_part.sum(-1), ratio)
        size = tables.size + abs(reference).max(-1)
        rounding = 4 * U * (places * tokens + reference.shape[-1] + 16)
        off_by = ratio * ((2 * tables.weight_error + rounding) * size + 2 * tables.written_error)
        start = tables.start[asks]
        centre = start + reference.sum(1)
        add = 4 * U * (heads + 8) * (abs(start).max(-1) + (size * ratio).sum(-1)) + tables.written_error
    divided = loose | (np.minimum(low, over) > LEAST_SUM)
    slack = np.where(divided.all(-1), off_by.sum(-1) + add, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = inside * ~known[:, None, :, None] / middle[..., None, None]
    share[loose] = 0.0
    return Attended(
        allowed=allowed,
        unknown=~known.all(0),
        share=share,
        highest=np.where(loose[..., None], most_part, share.max(-1)),
        uneven=np.where(loose, 0.0, uneven),
        reference=reference,
        centre=centre,
        slack=slack,
        sums=low,
        weight=weight,
        loose=loose,
        least_part=least_part,
        could_be_loose=uneven_heads.any(-1),
    )


def is_followed_exactly(spec: ModelSpec) -> bool:
    """Whether a lead is a quotient of two sums over places, whose least `leads.py` finds: one head and nothing else."""
    return spec.n_heads == 1 and spec.attn_only and spec.normalization_type is None


def parts_of_places(lowest: Array, highest: Array, off: float) -> tuple[Array, Array]:
    """The least and the most of all attention that each place can have, from the least and the most that it weighs,
    `[box, head, place]`; weights are off by at most `off`, in proportion."""
    others = 1.0 - np.eye(lowest.shape[-1])
    least = lowest / (lowest + highest @ others) * (1 - 4 * off)
    most = highest / (highest + lowest @ others) * (1 + 4 * off)
    sure = lowest.sum(-1, keepdims=True) > LEAST_SUM  # below that a weight is known to nothing in proportion
    return np.where(sure, least, 0.0), np.where(sure, np.minimum(most, 1.0), 1.0)


def hull(at: Attended, written: Array, reference: Array, sizes: Array) -> tuple[Array, Array]:
    """Coordinates of what unknown places add, and of what heads write that look there: the middle, and how far from it,
    each `[box, coordinate]`.

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
    for head in np.flatnonzero(at.loose.any(0)):
        rows = np.flatnonzero(at.loose[:, head])
        ends = ends_of_mean(
            at.allowed[rows], written[head], sizes[head], at.least_part[rows, head], at.highest[rows, head]
        )
        low[rows] += ends[0]
        high[rows] += ends[1]
    second = np.einsum("bh,bhd->bd", at.uneven * at.highest.sum(-1), sizes + abs(reference))
    return (low + high) / 2, (high - low) / 2 * MORE + second * MORE
