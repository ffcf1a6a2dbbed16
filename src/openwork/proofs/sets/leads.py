"""By how much the right answer leads, at least, in every input of a box: from what attention brings, to the logits.

Two bounds, and the larger one counts. The first holds every coordinate of the stream between ends. The second
follows a lead back through the neurons, each replaced by a line below (or above) it, to attention; there what the tokens of
one place do to that lead is kept together, and the least is taken token by token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from openwork.models import ModelSpec
from openwork.proofs.sets.attention import Attended, attended, hull
from openwork.proofs.sets.balls import MORE, Array, U
from openwork.proofs.sets.tables import After, Tables

T = TypeVar("T", Attended, "Middle")

ROUNDS = 8
"""of narrowing down the least quotient, where there is one head"""


@dataclass(frozen=True, eq=False)
class Leads:
    """Of some boxes.

    Attributes:
        least: `[box]`, no right answer leads by less; minus infinity where nothing is known.
        effect: `[box, place, token]`, what each token does to the lead over the strongest rival; 0 where not allowed.
    """

    least: Array
    effect: Array


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


def leads(
    tables: Tables,
    allowed: NDArray[np.bool_],
    asks: NDArray[np.int64],
    answers: NDArray[np.int64],
    closer: bool = False,
) -> Leads:
    """Of boxes `[box, place, token]`, whose query has the token `asks` and whose right answer is `answers`.

    `closer` takes the second bound, which costs some ten times as much; else `effect` is 0.
    """
    at = attended(tables, allowed, asks)
    least, effect = np.full(len(asks), -np.inf), np.zeros(allowed.shape)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        between = _middle(tables, at, closer)
        for answer in np.unique(answers):
            rows = np.flatnonzero(answers == answer)
            rivals = _rivals(tables.after, int(answer))
            if closer:
                least[rows], effect[rows] = _followed_back(tables, _taken(at, rows), _taken(between, rows), rivals)
            else:
                least[rows] = _from_ends(tables, _taken(between, rows), rivals)
    return Leads(np.where(np.isnan(least), -np.inf, least), effect)


@dataclass(frozen=True, eq=False)
class Rivals:
    """The lead of one answer over every other one, as a function of the stream: times the stream, over the divisor of
    the last norm, and `more`.

    Attributes:
        slope: `[rival, d_model]`.
        through: `[rival, d_mlp]`, by the neurons after activation.
        fixed: `[rival]`, added before the division.
        more: `[rival]`, added behind it.
        error: of every entry of `slope`.
    """

    slope: Array
    through: Array
    fixed: Array
    more: Array
    error: float


def _rivals(after: After, answer: int) -> Rivals:
    others = np.arange(after.unembed.shape[1]) != answer
    slope = (after.unembed[:, answer, None] - after.unembed[:, others]).T
    more = after.unembed_bias[answer] - after.unembed_bias[others]
    error = 2 * after.unembed_error + 2 * U * float(abs(slope).max(initial=0.0))
    more = more - 4 * U * abs(more) - 2 * after.bias_error
    if after.outside is None:
        return Rivals(slope, np.zeros((len(slope), 0)), np.zeros(len(slope)), more, error)
    return Rivals(slope, slope @ after.outside.T, slope @ after.outside_bias, more, error)


def _middle(tables: Tables, at: Attended, closer: bool) -> Middle:
    """From attention to the neurons."""
    after, spec = tables.after, tables.spec
    added, spread = hull(at, tables.written, at.reference, abs(tables.written).max(axis=(1, 2)))
    x = at.centre + added
    spread = spread * MORE + (at.slack + 8 * U * abs(x).max(-1))[:, None]
    least, most = divisor(spec, x, spread)
    inverse, wide = (1 / least + 1 / most) / 2, (1 / least - 1 / most) / 2 * MORE + 4 * U / least
    if after.inside is None:
        empty = np.zeros((len(x), 0))
        return Middle(x, spread, inverse, wide, empty, empty, (least, most))
    line, radius = _neurons(tables, at, x, spread, closer)
    centre = line * inverse[:, None] + after.inside_bias
    away = (abs(line) + radius) * wide[:, None] + radius * inverse[:, None]
    away = away * MORE + 8 * U * (abs(line) * inverse[:, None] + abs(after.inside_bias)) + after.bias_error
    low, high = centre - away, centre + away
    first, last = np.maximum(low, 0.0), np.maximum(high, 0.0)
    middle, half = (first + last) / 2, (last - first) / 2
    outside = after.outside
    behind = x + middle @ outside + after.outside_bias
    sizes = (abs(middle) + half).max(-1, keepdims=True) * len(outside) * abs(outside).max() + abs(x).max(-1, keepdims=True)
    behind_spread = spread + half @ abs(outside) + 4 * U * (len(outside) + 16) * (sizes + abs(after.outside_bias).max())
    return Middle(x, spread, inverse, wide, low, high, divisor(spec, behind, behind_spread * MORE))


def _neurons(tables: Tables, at: Attended, x: Array, spread: Array, closer: bool) -> tuple[Array, Array]:
    """What the matrix before the neurons makes of the stream, and how far from it; but for the norm's divisor."""
    after = tables.after
    matrix = after.inside
    line = x @ matrix
    sizes = abs(x).sum(-1) + spread.sum(-1)
    rounding = sizes * (after.inside_error + 4 * U * (len(matrix) + 8) * abs(matrix).max())
    radius = spread @ abs(matrix)
    if closer:
        written, reference = tables.written @ matrix, at.reference @ matrix
        added, tighter = hull(at, written, reference, abs(written).max(axis=(1, 2)))
        base = at.centre @ matrix + added
        own = abs(at.centre).sum(-1) + len(matrix) * (tables.size * at.highest.sum((1, 2)) + at.slack)
        extra = own * (after.inside_error + 8 * U * (len(matrix) + 16) * abs(matrix).max())
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


def _from_ends(tables: Tables, at: Middle, rivals: Rivals) -> Array:
    """`[box]`: the first bound."""
    first, last = np.maximum(at.low, 0.0), np.maximum(at.high, 0.0)
    middle, half = (first + last) / 2, (last - first) / 2
    slope, through = rivals.slope, rivals.through
    lead = at.x @ slope.T + middle @ through.T + rivals.fixed
    lead -= (at.spread @ abs(slope).T + half @ abs(through).T) * MORE
    sizes = (abs(at.x) + at.spread).sum(-1) * abs(slope).max() + last.sum(-1) * abs(through).max(initial=0.0)
    lead = lead - _rounding(tables, rivals, (abs(at.x) + at.spread).sum(-1), last.sum(-1), sizes)[:, None]
    return _behind(lead, at.last, rivals)


def _rounding(tables: Tables, rivals: Rivals, stream: Array, neurons: Array, sizes: Array) -> Array:
    """`[box]`: room for the rounding of a lead, and of the numbers it is made of."""
    after = tables.after
    terms = 4 * U * (rivals.slope.shape[1] + rivals.through.shape[1] + tables.written[:, :, :, 0].size + 64)
    off = rivals.error * stream
    if after.outside is not None:
        wide = rivals.slope.shape[1] * float(abs(after.outside).max())
        unsure = rivals.error + 4 * U * (rivals.slope.shape[1] + 8) * float(abs(rivals.slope).max())
        off = off + neurons * wide * unsure
        off = off + unsure * rivals.slope.shape[1] * float(abs(after.outside_bias).max())
    return terms * (sizes + float(abs(rivals.fixed).max())) + off * MORE


def _behind(lead: Array, last: tuple[Array, Array], rivals: Rivals) -> Array:
    """`[box]`: `lead`, `[box, rival]`, is the least before the last norm's division."""
    over = np.where(lead >= 0, lead / last[1][:, None], lead / last[0][:, None])
    whole = over - 8 * U * abs(over) + rivals.more
    return (whole - 8 * U * (abs(whole) + abs(over))).min(-1)


def _followed_back(tables: Tables, at: Attended, between: Middle, rivals: Rivals) -> tuple[Array, Array]:
    """The second bound `[box]`, and what tokens do to the lead over the strongest rival, `[box, place, token]`."""
    after, (boxes, places, tokens) = tables.after, at.allowed.shape
    slope = np.broadcast_to(rivals.slope, (boxes, *rivals.slope.shape))
    fixed = np.broadcast_to(rivals.fixed, (boxes, len(rivals.fixed)))
    loss = np.zeros((boxes, len(rivals.slope)))
    sizes = np.zeros((boxes, len(rivals.slope)))
    neurons = np.zeros(boxes)
    if after.inside is not None:
        taken, added = _lines(between.low[:, None], between.high[:, None], rivals.through)
        back = taken @ after.inside.T
        slope = slope + between.inverse[:, None, None] * back
        along = abs(np.matmul(back, between.x[..., None])[..., 0]) + np.matmul(abs(back), between.spread[..., None])[..., 0]
        reach = np.maximum(abs(between.low), abs(between.high))
        stream = (abs(between.x) + between.spread).sum(-1)
        unsure = abs(taken).sum(-1) * (
            after.bias_error + (after.inside_error * stream * (between.inverse + between.wide))[:, None]
        )
        fixed = fixed + taken @ after.inside_bias + added
        loss = (along * between.wide[:, None] + unsure) * MORE
        sizes = np.matmul(abs(taken), (reach + abs(after.inside_bias))[..., None])[..., 0] * 4 + abs(added)
        sizes = sizes + abs(taken).sum(-1) * len(after.inside) * float(abs(after.inside).max()) * (
            stream * between.inverse
        )[:, None]
        neurons = np.maximum(between.high, 0.0).sum(-1)
    least, effect = _least_of_tokens(tables, at, slope)
    stream = (abs(between.x) + between.spread).sum(-1) + abs(at.centre).sum(-1) + abs(at.reference).sum((1, 2))
    largest = abs(slope).max(-1)
    sizes = sizes + largest * ((stream + slope.shape[-1] * tables.size) * (1 + at.highest.sum((1, 2))))[:, None]
    sizes = sizes + abs(fixed)
    rounding = _rounding(tables, rivals, stream, neurons, np.zeros(boxes))[:, None]
    terms = 4 * U * (slope.shape[-1] + rivals.through.shape[1] + tables.written[:, :, :, 0].size + 64)
    lead = least + fixed - loss - rounding - terms * sizes - abs(slope).sum(-1) * at.slack[:, None] * MORE
    over = np.where(lead >= 0, lead / between.last[1][:, None], lead / between.last[0][:, None])
    whole = over - 16 * U * abs(over) + rivals.more - 16 * U * abs(rivals.more)
    worst = np.where(np.isnan(whole), -np.inf, whole).argmin(-1)
    rows = np.arange(boxes)
    return whole[rows, worst], effect[rows, worst] / between.last[0][:, None, None]


def _lines(low: Array, high: Array, through: Array) -> tuple[Array, Array]:
    """Of ReLU times `through`: a slope for each neuron, `[box, rival, neuron]`, and what is added, `[box, rival]`, so that
    the line lies below it between `low` and `high`, `[box, 1, neuron]`."""
    steep = np.where(high > -low, 1.0, 0.0)
    chord = np.where(high > low, high / (high - low), 0.0)
    slope = np.where(low >= 0, 1.0, np.where(high <= 0, 0.0, np.where(through >= 0, steep, chord)))
    above = np.maximum(-slope * low, high * (1 - slope)) * MORE + 8 * U * high
    crossing = (low < 0) & (high > 0) & (through < 0)
    added = np.where(crossing, through * above, 0.0).sum(-1)
    return slope * through, added * MORE


def _least_of_tokens(tables: Tables, at: Attended, slope: Array) -> tuple[Array, Array]:
    """The least of `slope`, `[box, rival, d_model]`, times the stream behind attention: `[box, rival]`; and what each token
    of an unknown place adds, `[box, rival, place, token]`."""
    boxes, rivals, _ = slope.shape
    heads, places, tokens, _ = tables.written.shape
    base = np.matmul(slope, at.centre[..., None])[..., 0]
    alone = np.matmul(slope, at.reference.swapaxes(1, 2))
    if heads == 1:
        written = np.matmul(slope, tables.written.reshape(places * tokens, -1).T).reshape(boxes, rivals, places, tokens)
        return _one_head(at, written, base - alone[..., 0])
    effect = np.zeros((boxes, rivals, places, tokens))
    second = np.zeros((boxes, rivals))
    allowed = at.allowed[:, None] & at.unknown[:, None]
    for head in range(heads):
        written = np.matmul(slope, tables.written[head].reshape(places * tokens, -1).T)
        written = written.reshape(boxes, rivals, places, tokens) - alone[..., head, None, None]
        own = written * at.share[:, head, None]
        effect += own
        least, most = (np.where(allowed, own, 0.0).min(-1).sum(-1), np.where(allowed, own, 0.0).max(-1).sum(-1))
        second += at.uneven[:, head, None] * np.maximum(abs(least), abs(most)) * MORE
    effect = np.where(allowed, effect, 0.0)
    lowest = np.where(allowed, effect, np.inf).min(-1)
    return base + np.where(np.isfinite(lowest), lowest, 0.0).sum(-1) - second, effect


def _one_head(at: Attended, written: Array, base: Array) -> tuple[Array, Array]:
    """With one head the lead is a quotient of two sums over places, and its least is found exactly: the least `r` for which
    the sum over places of the least of `w (v - r)` is not below 0 (Dinkelbach's method)."""
    weight = np.where(at.allowed, at.weight[:, 0], 0.0)[:, None]
    allowed = at.allowed[:, None]
    least = np.where(allowed, written, np.inf).min(axis=(-1, -2))
    start = np.where(allowed, written, -np.inf).max(axis=(-1, -2))
    found, share = start, np.zeros_like(written)
    for _ in range(ROUNDS):
        share = np.where(allowed, weight * (written - found[..., None, None]), np.inf)
        token = share.argmin(-1)[..., None]
        chosen = np.take_along_axis(np.broadcast_to(weight, share.shape), token, -1)[..., 0]
        value = np.take_along_axis(written, token, -1)[..., 0]
        found = np.maximum((chosen * value).sum(-1) / chosen.sum(-1), least)
    share = np.where(allowed, weight * (written - found[..., None, None]), np.inf)
    short = np.minimum(share.min(-1).sum(-1), 0.0)
    effect = np.where(allowed, share / at.sums[:, :1, None, None], 0.0)
    rounding = 4 * U * (share.shape[-2] + 16) * abs(effect).max(-1).sum(-1)
    return base + found + short / at.sums[:, :1] * MORE - rounding, effect


def _taken(of: T, rows: NDArray[np.int64]) -> T:
    """These boxes."""
    own = {}
    for name, value in vars(of).items():
        if name == "unknown":
            own[name] = value
        else:
            own[name] = tuple(v[rows] for v in value) if isinstance(value, tuple) else value[rows]
    return type(of)(**own)
