"""The stream behind attention over a box of inputs, and the neurons that read it: ends of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openwork.models import ModelSpec
from openwork.proofs.sets.attention import Attended, hull
from openwork.proofs.sets.balls import MORE, Array, U
from openwork.proofs.sets.tables import Tables


@dataclass(frozen=True, eq=False)
class Middle:
    """The stream behind attention, and the neurons: ends of each.

    Attributes:
        x, spread: `[box, d_model]`, the middle and how far from it.
        inverse, wide: `[box]`, one over the divisor of the MLP's norm, the middle and how far from it.
        low, high: `[box, d_mlp]`, ends of the neurons before the activation; empty without an MLP.
        last: `[box]` twice, ends of the divisor of the last norm.
    """

    x: Array
    spread: Array
    inverse: Array
    wide: Array
    low: Array
    high: Array
    last: tuple[Array, Array]


def middle(tables: Tables, at: Attended, closer: bool) -> Middle:
    """From attention to the neurons."""
    after, spec = tables.after, tables.spec
    added, spread = hull(at, tables.written, at.reference, abs(tables.written).max(axis=(1, 2)))
    x = at.centre + added
    spread = spread * MORE + (at.slack + 8 * U * abs(x).max(-1))[:, None]
    least, most = divisor(spec, x, spread)
    inverse, wide = (1 / least + 1 / most) / 2, (1 / least - 1 / most) / 2 * MORE + 4 * U / least
    line, radius = _neurons(tables, at, x, spread, closer)
    centre = line * inverse[:, None] + after.inside_bias
    away = (abs(line) + radius) * wide[:, None] + radius * inverse[:, None]
    away = away * MORE + 8 * U * (abs(line) * inverse[:, None] + abs(after.inside_bias)) + after.bias_error
    low, high = centre - away, centre + away
    first, last = np.maximum(low, 0.0), np.maximum(high, 0.0)
    after_relu, half = (first + last) / 2, (last - first) / 2
    outside = after.outside
    behind = x + after_relu @ outside + after.outside_bias
    sizes = (abs(after_relu) + half).max(-1, keepdims=True, initial=0.0) * len(outside) * largest(outside)
    sizes = sizes + abs(x).max(-1, keepdims=True)
    behind_spread = spread + half @ abs(outside) + 4 * U * (len(outside) + 16) * (sizes + largest(after.outside_bias))
    return Middle(x, spread, inverse, wide, low, high, divisor(spec, behind, behind_spread * MORE))


def _neurons(tables: Tables, at: Attended, x: Array, spread: Array, closer: bool) -> tuple[Array, Array]:
    """What the matrix before the neurons makes of the stream, and how far from it; but for the norm's divisor."""
    after = tables.after
    matrix = after.inside
    line = x @ matrix
    sizes = abs(x).sum(-1) + spread.sum(-1)
    rounding = sizes * (after.inside_error + 4 * U * (len(matrix) + 8) * largest(matrix))
    radius = spread @ abs(matrix)
    if closer:
        written, reference = tables.written @ matrix, at.reference @ matrix
        added, tighter = hull(at, written, reference, abs(written).max(axis=(1, 2)))
        base = at.centre @ matrix + added
        own = abs(at.centre).sum(-1) + len(matrix) * (tables.size * at.highest.sum((1, 2)) + at.slack)
        extra = own * (after.inside_error + 8 * U * (len(matrix) + 16) * largest(matrix))
        tighter = tighter + at.slack[:, None] * abs(matrix).sum(0) * MORE + extra[:, None]
        better = tighter < radius
        line, radius = np.where(better, base, line), np.where(better, tighter, radius)
    return line, radius * MORE + rounding[:, None]


def divisor(spec: ModelSpec, x: Array, spread: Array) -> tuple[Array, Array]:
    """Ends of a norm's divisor, `[box]` each; 1 where there is no norm."""
    if spec.normalization_type is None:
        return np.ones(len(x)), np.ones(len(x))
    d = x.shape[-1]
    centred = x - x.mean(-1, keepdims=True) if spec.normalization_type in ("LN", "LNPre") else x
    middle = np.sqrt((centred * centred).mean(-1))
    away = np.sqrt((spread * spread).mean(-1)) * MORE + 4 * U * (d + 16) * abs(x).max(-1)
    least = np.sqrt(np.maximum(middle - away, 0.0) ** 2 + spec.eps) * (1 - 16 * U)
    most = np.sqrt((middle + away) ** 2 + spec.eps) * (1 + 16 * U)
    return least, most


def largest(x: Array) -> float:
    """The largest size of an entry; 0 where there is none."""
    return float(abs(x).max(initial=0.0))
