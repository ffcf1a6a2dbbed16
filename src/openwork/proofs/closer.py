"""One question in as many bits as it takes, for those that float64 leaves open: Arb's balls, through python-flint.

Arb is Fredrik Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on
Computers 66(8), 2017. The whole forward pass is written once more, on arrays of its balls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from openwork.engines.native.enclosure import BallsAt
from openwork.models import ModelSpec
from openwork.tasks import UNASKED
from openwork.tasks.symbol_sets import members_of

Balls = NDArray[np.object_]
"""of `arb`"""

_ball = np.frompyfunc(arb, 1, 1)
_about = np.frompyfunc(arb, 2, 1)
_exp = np.frompyfunc(lambda x: x.exp(), 1, 1)


def lead(
    spec: ModelSpec,
    weights: Mapping[str, NDArray[np.floating]],
    tokens: NDArray[np.int32],
    graded: tuple[int, ...],
    answers: NDArray[np.int32],
    bits: int,
    sets: bool = False,
    written: Sequence[BallsAt] = (),
) -> tuple[float, float]:
    """Bounds of what the right logit leads by where it leads least, over the real numbers; of answers that are sets, of
    how far the logit nearest to 0 is on its right side.

    Args:
        spec: the model's.
        weights: by name, of one model, without the `model` axis.
        tokens: `[pos]`, one question.
        graded: the positions that count.
        answers: `[graded]`, what is right; `UNASKED` where no answer is wanted.
        bits: of precision.
        sets: whether an answer is a set of symbols.
        written: what stands at some sites in place of what is computed there, the same for every input.
    """
    before = ctx.prec
    ctx.prec = bits
    try:
        balls = {name: np.asarray(_ball(array.astype(np.float64)), object) for name, array in weights.items()}
        logits = _logits(spec, balls, tokens, _Written(written))
        asked = [(at, right) for at, right in zip(graded, answers.tolist(), strict=True) if right != UNASKED]
        leads = [lead for position, right in asked for lead in _leads(logits[position], right, sets)]
    finally:
        ctx.prec = before
    low = min((_below(x) for x in leads), default=math.inf)
    return low, min((_above(x) for x in leads), default=math.inf)


def _leads(logits: Balls, right: int, sets: bool) -> list[arb]:
    """By how much the right answer leads each other one; of a set, each logit's distance from 0 on its right side."""
    if sets:
        inside = members_of(np.array(right, np.int32), len(logits))
        return [logit if own else -logit for logit, own in zip(logits, inside, strict=True)]
    return [logits[right] - other for symbol, other in enumerate(logits) if symbol != right]


def _below(x: arb) -> float:
    return math.nextafter(float(x.lower()), -math.inf) if x.is_finite() else -math.inf


def _above(x: arb) -> float:
    return math.nextafter(float(x.upper()), math.inf) if x.is_finite() else math.inf


@dataclass(frozen=True)
class _Written:
    """What stands at some sites."""

    at: Sequence[BallsAt]

    def on(self, site: str, x: Balls, columns: slice = slice(None)) -> Balls:
        """`x`, `[pos, width]`, some columns of what a pass has at a site, with what is written there."""
        for one in self.at:
            if one.site == site:
                mask = one.chosen[: len(x), columns]
                x = x.copy()
                x[mask] = _about(one.mid[0, : len(x), columns][mask], one.rad[0, : len(x), columns][mask])
        return x


def _logits(spec: ModelSpec, weights: Mapping[str, Balls], tokens: NDArray[np.int32], written: _Written) -> Balls:
    """`[pos, d_vocab_out]`."""
    stream = weights["embed.W_E"][tokens]
    if spec.positional_embedding_type == "standard":
        stream = stream + weights["pos_embed.W_pos"][: len(tokens)]
    hidden = _hidden(spec, tokens)
    for layer in range(spec.n_layers):
        block = f"blocks.{layer}."
        stream = written.on(block + "hook_resid_pre", stream)
        read = _norm(spec, weights, block + "ln1.", stream)
        stream = stream + written.on(
            block + "hook_attn_out", _attention(spec, weights, block + "attn.", read, hidden, written)
        )
        stream = written.on(block + "hook_resid_mid", stream)
        if not spec.attn_only:
            read = _norm(spec, weights, block + "ln2.", stream)
            pre = read @ weights[block + "mlp.W_in"] + weights[block + "mlp.b_in"]
            made = _activation(spec)(pre) @ weights[block + "mlp.W_out"] + weights[block + "mlp.b_out"]
            stream = stream + written.on(block + "hook_mlp_out", made)
        stream = written.on(block + "hook_resid_post", stream)
    read = _norm(spec, weights, "ln_final.", stream)
    logits: Balls = read @ weights["unembed.W_U"] + weights["unembed.b_U"]
    return logits


def _hidden(spec: ModelSpec, tokens: NDArray[np.int32]) -> NDArray[np.bool_]:
    """`[query, key]`, whether attention's mask hides the key."""
    n = len(tokens)
    hidden = np.triu(np.ones((n, n), bool), 1) if spec.attention_dir == "causal" else np.zeros((n, n), bool)
    return hidden if spec.pad_token is None else hidden | (tokens == spec.pad_token)


def _norm(spec: ModelSpec, weights: Mapping[str, Balls], norm: str, x: Balls) -> Balls:
    if spec.normalization_type is None:
        return x
    if spec.normalization_type in ("LN", "LNPre"):
        x = x - x.sum(axis=1, keepdims=True) / arb(spec.d_model)
    variance = (x * x).sum(axis=1, keepdims=True) / arb(spec.d_model) + arb(spec.eps)
    x = x / np.frompyfunc(lambda v: v.sqrt(), 1, 1)(variance)
    if norm + "w" in weights:
        x = x * weights[norm + "w"]
    return x + weights[norm + "b"] if norm + "b" in weights else x


def _attention(
    spec: ModelSpec,
    weights: Mapping[str, Balls],
    attn: str,
    read: Balls,
    hidden: NDArray[np.bool_],
    given: _Written,
) -> Balls:
    divisor = arb(spec.d_head).sqrt() if spec.attn_scale is None else arb(spec.attn_scale)
    written = weights[attn + "b_O"]
    for head in range(spec.n_heads):
        q, k, v = (read @ weights[f"{attn}W_{x}"][head] + weights[f"{attn}b_{x}"][head] for x in "QKV")
        scores = q @ k.T / divisor
        odds = _exp(scores - np.array([_top(*row) for row in zip(scores, hidden, strict=True)], object)[:, None])
        odds[hidden] = arb(0)
        blind = hidden.all(axis=1)
        totals = odds.sum(axis=1)
        totals[blind] = arb(1)
        columns = slice(head * spec.d_head, (head + 1) * spec.d_head)
        z = given.on(attn + "hook_z", (odds / totals[:, None]) @ v, columns)
        written = written + z @ weights[attn + "W_O"][head]
    return written


def _top(scores: Balls, hidden: NDArray[np.bool_]) -> arb:
    """A number near the largest score, exactly known: a row of scores may be moved by any."""
    return arb(max((float(s.mid()) for s in scores[~hidden]), default=0.0))


def _activation(spec: ModelSpec) -> Any:
    gate = {
        "relu": lambda x: x if x > 0 else (arb(0) if x < 0 else x.union(arb(0)).max(arb(0))),
        "gelu": lambda x: x * (1 + (x / arb(2).sqrt()).erf()) / 2,
        "gelu_new": lambda x: x / (1 + (-2 * (2 / arb.pi()).sqrt() * (x + arb("0.044715") * x * x * x)).exp()),
        "silu": lambda x: x / (1 + (-x).exp()),
    }[spec.act_fn]
    return np.frompyfunc(gate, 1, 1)
