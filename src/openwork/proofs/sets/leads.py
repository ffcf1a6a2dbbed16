"""By how much the right answer leads, at least, in every input of a box: from what attention brings, to the logits.

Two bounds, and the larger one counts. The first holds every coordinate of the stream between ends. The second
follows a lead back through the neurons, each replaced by a line below (or above) it, to attention; there what the
tokens of one place do to that lead is kept together, and the least is taken token by token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from openwork.proofs.sets.attention import Attended, attended
from openwork.proofs.sets.balls import MORE, Array, U
from openwork.proofs.sets.open_heads import least_mean
from openwork.proofs.sets.stream import Middle, largest, middle
from openwork.proofs.sets.tables import After, Tables

T = TypeVar("T", Attended, Middle)

ROUNDS = 8
"""of narrowing down the least quotient, where there is one head"""


@dataclass(frozen=True, eq=False)
class Leads:
    """Of some boxes.

    Attributes:
        least: `[box]`, no right answer leads by less; minus infinity where nothing is known.
        effect: `[box, place, token]`, what each token does to the lead over the strongest rival; 0 where not allowed.
        could_be_open: `[box]`, whether some head looks at places that are not known, so that `open_heads` may say more.
    """

    least: Array
    effect: Array
    could_be_open: NDArray[np.bool_]


def leads(
    tables: Tables,
    allowed: NDArray[np.bool_],
    asks: NDArray[np.int64],
    answers: NDArray[np.int64],
    closer: bool = False,
    open_heads: bool = False,
) -> Leads:
    """Of boxes `[box, place, token]`, whose query has the token `asks` and whose right answer is `answers`.

    `closer` takes the second bound, which costs some ten times as much; else `effect` is 0. With `open_heads` what a
    head writes that may look at places which are not known is bounded as a mean, and not from the known ones: where
    known places weigh nothing, that alone says something.
    """
    at = attended(tables, allowed, asks, open_heads)
    least, effect = np.full(len(asks), -np.inf), np.zeros(allowed.shape)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        between = middle(tables, at, closer)
        for answer in np.unique(answers):
            rows = np.flatnonzero(answers == answer)
            rivals = _rivals(tables.after, int(answer))
            if closer:
                least[rows], effect[rows] = _followed_back(tables, _taken(at, rows), _taken(between, rows), rivals)
            else:
                least[rows] = _from_ends(tables, _taken(between, rows), rivals)
    return Leads(np.where(np.isnan(least), -np.inf, least), effect, at.could_be_loose)


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
    return Rivals(slope, slope @ after.outside.T, slope @ after.outside_bias, more, error)


def _from_ends(tables: Tables, at: Middle, rivals: Rivals) -> Array:
    """`[box]`: the first bound."""
    first, last = np.maximum(at.low, 0.0), np.maximum(at.high, 0.0)
    middle, half = (first + last) / 2, (last - first) / 2
    slope, through = rivals.slope, rivals.through
    lead = at.x @ slope.T + middle @ through.T + rivals.fixed
    lead -= (at.spread @ abs(slope).T + half @ abs(through).T) * MORE
    sizes = (abs(at.x) + at.spread).sum(-1) * largest(slope) + last.sum(-1) * largest(through)
    lead = lead - _rounding(tables, rivals, (abs(at.x) + at.spread).sum(-1), last.sum(-1), sizes)[:, None]
    return _behind(lead, at.last, rivals)


def _rounding(tables: Tables, rivals: Rivals, stream: Array, neurons: Array, sizes: Array) -> Array:
    """`[box]`: room for the rounding of a lead, and of the numbers it is made of."""
    after = tables.after
    terms = 4 * U * (rivals.slope.shape[1] + rivals.through.shape[1] + tables.written[:, :, :, 0].size + 64)
    off = rivals.error * stream
    wide = rivals.slope.shape[1] * largest(after.outside)
    unsure = rivals.error + 4 * U * (rivals.slope.shape[1] + 8) * largest(rivals.slope)
    off = off + neurons * wide * unsure
    off = off + unsure * rivals.slope.shape[1] * largest(after.outside_bias)
    return np.asarray(terms * (sizes + largest(rivals.fixed)) + off * MORE)


def _behind(lead: Array, last: tuple[Array, Array], rivals: Rivals) -> Array:
    """`[box]`: `lead`, `[box, rival]`, is the least before the last norm's division."""
    over = np.where(lead >= 0, lead / last[1][:, None], lead / last[0][:, None])
    whole = over - 8 * U * abs(over) + rivals.more
    return np.asarray((whole - 8 * U * (abs(whole) + abs(over))).min(-1))


def _followed_back(tables: Tables, at: Attended, between: Middle, rivals: Rivals) -> tuple[Array, Array]:
    """The second bound `[box]`, and what tokens do to the lead over the strongest rival, `[box, place, token]`."""
    after, boxes = tables.after, len(at.allowed)
    taken, added = _lines(between.low[:, None], between.high[:, None], rivals.through)
    back = taken @ after.inside.T
    slope = rivals.slope + between.inverse[:, None, None] * back
    own = (abs(between.x) + between.spread).sum(-1)
    along = abs(np.matmul(back, between.x[..., None])) + np.matmul(abs(back), between.spread[..., None])
    many = abs(taken).sum(-1)
    unsure = many * (after.bias_error + after.inside_error * own * (between.inverse + between.wide))[:, None]
    fixed = rivals.fixed + taken @ after.inside_bias + added
    loss = (along[..., 0] * between.wide[:, None] + unsure) * MORE
    reach = np.maximum(abs(between.low), abs(between.high)) + abs(after.inside_bias)
    sizes = np.matmul(abs(taken), reach[..., None])[..., 0] * 4 + abs(added) + abs(fixed)
    sizes = sizes + many * len(after.inside) * largest(after.inside) * (own * between.inverse)[:, None]
    neurons = np.maximum(between.high, 0.0).sum(-1)
    least, effect = _least_of_tokens(tables, at, slope)
    stream = own + abs(at.centre).sum(-1) + abs(at.reference).sum((1, 2))
    steepest = abs(slope).max(-1)
    sizes = sizes + steepest * ((stream + slope.shape[-1] * tables.size) * (1 + at.highest.sum((1, 2))))[:, None]
    rounding = _rounding(tables, rivals, stream, neurons, np.zeros(boxes))[:, None]
    terms = 4 * U * (slope.shape[-1] + rivals.through.shape[1] + tables.written[:, :, :, 0].size + 64)
    lead = least + fixed - loss - rounding - terms * sizes - abs(slope).sum(-1) * at.slack[:, None] * MORE
    over = np.where(lead >= 0, lead / between.last[1][:, None], lead / between.last[0][:, None])
    whole = over - 16 * U * abs(over) + rivals.more - 16 * U * abs(rivals.more)
    worst = np.where(np.isnan(whole), -np.inf, whole).argmin(-1)
    rows = np.arange(boxes)
    return whole[rows, worst], effect[rows, worst] / between.last[0][:, None, None]


def _lines(low: Array, high: Array, through: Array) -> tuple[Array, Array]:
    """Of ReLU times `through`: a slope for each neuron, `[box, rival, neuron]`, and what is added, `[box, rival]`, so
    that the line lies below it between `low` and `high`, `[box, 1, neuron]`."""
    steep = np.where(high > -low, 1.0, 0.0)
    chord = np.where(high > low, high / (high - low), 0.0)
    slope = np.where(low >= 0, 1.0, np.where(high <= 0, 0.0, np.where(through >= 0, steep, chord)))
    above = np.maximum(-slope * low, high * (1 - slope)) * MORE + 8 * U * high
    crossing = (low < 0) & (high > 0) & (through < 0)
    added = np.where(crossing, through * above, 0.0).sum(-1)
    return slope * through, added * MORE


def _least_of_tokens(tables: Tables, at: Attended, slope: Array) -> tuple[Array, Array]:
    """The least of `slope`, `[box, rival, d_model]`, times the stream behind attention: `[box, rival]`; and what each
    token of an unknown place adds, `[box, rival, place, token]`."""
    boxes, rivals, _ = slope.shape
    heads, places, tokens, _ = tables.written.shape
    base = np.matmul(slope, at.centre[..., None])[..., 0]
    alone = np.matmul(slope, at.reference.swapaxes(1, 2))
    if heads == 1:
        written = np.matmul(slope, tables.written.reshape(places * tokens, -1).T).reshape(boxes, rivals, places, tokens)
        return _one_head(at, written, base - alone[..., 0])
    bounded, effect = (np.zeros((boxes, rivals, places, tokens)) for _ in range(2))
    second = np.zeros((boxes, rivals))
    allowed = at.allowed[:, None] & at.unknown[:, None]
    for head in range(heads):
        written = np.matmul(slope, tables.written[head].reshape(places * tokens, -1).T)
        written = written.reshape(boxes, rivals, places, tokens) - alone[..., head, None, None]
        own = written * at.share[:, head, None]
        bounded += own
        effect += own
        least, most = (
            end.sum(-1) for end in (np.where(allowed, own, 0.0).min(-1), np.where(allowed, own, 0.0).max(-1))
        )
        second += at.uneven[:, head, None] * np.maximum(abs(least), abs(most)) * MORE
        rows = np.flatnonzero(at.loose[:, head])
        if len(rows):  # no reference and no share: all that it writes is in `written`
            own_least, own = least_mean(at.weight[rows, head], at.allowed[rows], written[rows], tables.weight_error)
            base[rows] += own_least
            effect[rows] += own
    effect = np.where(allowed, effect, 0.0)
    lowest = np.where(allowed, bounded, np.inf).min(-1)
    return base + np.where(np.isfinite(lowest), lowest, 0.0).sum(-1) - second, effect


def _one_head(at: Attended, written: Array, base: Array) -> tuple[Array, Array]:
    """With one head the lead is a quotient of two sums over places, and its least is found exactly: the largest `r` for
    which the sum over places of the least of `w (v - r)` is not below 0 (Dinkelbach's method)."""
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
