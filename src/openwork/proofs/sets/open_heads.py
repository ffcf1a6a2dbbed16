"""What a head writes that looks at places which are not known: a mean is never below the least of what it is a mean of.

A head writes `sum of P v` over places, with `P` its attention, which sums to 1, and `v` what it would write if it
looked at one place alone. Of each place the least and the most of `P` are known, and the least and the most of `v`.
Nothing here needs known places to weigh anything, as the reference point of `attention.py` does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openwork.proofs.sets.balls import MORE, Array, U

ROUNDS = 8
"""of narrowing down the least quotient"""
BELOW = (1e-9, 1e-6, 1e-3)
"""of the range of what is written, by which the least quotient is tried to lie above something"""
UNSURE = 1e-250
"""weights below which only that is known"""


def ends_of_mean(
    allowed: NDArray[np.bool_], written: Array, sizes: Array, least_part: Array, most_part: Array
) -> tuple[Array, Array]:
    """The least and the most of each coordinate of what one head writes, `[box, coordinate]` each.

    For any `r` it is `r + sum of P (v - r)`; each term is least where `P` is most or least, as `v` less `r` is below 0
    or not. And it lies between the least and the most `v` of all places.

    Args:
        allowed: `[box, place, token]`.
        written: `[place, token, coordinate]`.
        sizes: `[coordinate]`, the largest size of what is written.
        least_part, most_part: `[box, place]`, of attention.
    """
    boxes, places, _ = allowed.shape
    least = np.full((places, boxes, written.shape[-1]), np.inf)
    most = -least
    for place in range(places):
        for token in np.flatnonzero(allowed[:, place].any(0)):
            may = allowed[:, place, token, None]
            np.minimum(least[place], written[place, token], out=least[place], where=may)
            np.maximum(most[place], written[place, token], out=most[place], where=may)
    low_part, high_part = least_part.T[..., None], most_part.T[..., None]
    usual = (low_part + high_part) / 2
    middle = (usual * (least + most) / 2).sum(0) / usual.sum(0)
    below, above = least - middle, most - middle
    low = middle + np.where(below < 0, high_part * below, low_part * below).sum(0)
    high = middle + np.where(above > 0, high_part * above, low_part * above).sum(0)
    room = 8 * U * (places + 8) * (2 * high_part.sum(0) + 1) * sizes
    return np.maximum(low - room, least.min(0)), np.minimum(high + room, most.max(0))


def least_mean(weight: Array, allowed: NDArray[np.bool_], written: Array, weight_error: float) -> tuple[Array, Array]:
    """The least of a mean of `written` by weights, `[box, rival]`, and what tokens do, `[box, rival, place, token]`.

    The mean is above `r` where the sum over places of the least `w (v - r)` is not below 0. A number near the least
    mean is found first (Dinkelbach's method), and then numbers a little below it are tried; where none is shown, it is
    the least of what is written.

    Args:
        weight: `[box, place, token]`, known to `weight_error` in proportion, below `UNSURE` to nothing.
        allowed: `[box, place, token]`.
        written: `[box, rival, place, token]`.
        weight_error: of every weight.
    """
    may, weight = allowed[:, None], np.where(allowed, weight, 0.0)[:, None]
    least = np.where(may, written, np.inf).min(axis=(-1, -2))
    most = np.where(may, written, -np.inf).max(axis=(-1, -2))
    found, total = most, np.ones_like(most)
    for _ in range(ROUNDS):
        share = np.where(may, weight * (written - found[..., None, None]), np.inf)
        token = share.argmin(-1)[..., None]
        chosen = np.take_along_axis(np.broadcast_to(weight, share.shape), token, -1)[..., 0]
        value = np.take_along_axis(written, token, -1)[..., 0]
        total = np.maximum(chosen.sum(-1), UNSURE)
        found = np.clip((chosen * value).sum(-1) / total, least, most)
    effect = np.where(may, weight * (written - found[..., None, None]) / total[..., None, None], 0.0)
    sure = least
    for below in BELOW:
        tried = found - below * (most - least)
        shown = _is_above(tried, weight, may, written, weight_error)
        sure = np.where(shown & (tried > sure), tried, sure)
    return sure, effect


def _is_above(
    tried: Array, weight: Array, may: NDArray[np.bool_], written: Array, weight_error: float
) -> NDArray[np.bool_]:
    """Whether the mean surely is above `tried`, `[box, rival]`."""
    term = weight * (written - tried[..., None, None])
    wide = (weight_error + 8 * U) * MORE
    term = np.where(weight < UNSURE, np.minimum(4 * term, 0.0), term - wide * abs(term))
    term = np.where(may, term, np.inf).min(-1)
    room = 4 * U * (term.shape[-1] + 8) * abs(term).sum(-1)
    found: NDArray[np.bool_] = (term.sum(-1) - room >= 0) & np.isfinite(term).all(-1)
    return found
