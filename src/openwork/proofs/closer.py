"""Questions in as many bits as it takes, for those that float64 leaves open: Arb's balls, through python-flint.

Arb is Fredrik Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on
Computers 66(8), 2017. The whole forward pass is written once more, on arrays of its balls. Where attention is causal,
what questions that begin alike have in common is computed once: they are gone through in the order of their tokens, and
each begins where it first differs from the one before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx
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


@dataclass(frozen=True, eq=False)
class Exact:
    """A model whose every number is known, in as many bits as are wanted.

    Attributes:
        spec: the model's.
        weights: by name, of one model, without the `model` axis.
        written: what stands at some sites in place of what is computed there, the same for every input.
        sets: whether an answer is a set of symbols.
    """

    spec: ModelSpec
    weights: Mapping[str, NDArray[np.floating]]
    written: Sequence[BallsAt] = ()
    sets: bool = False

    def leads(
        self,
        tokens: NDArray[np.int32],
        graded: tuple[int, ...],
        answers: NDArray[np.int32],
        bits: int,
        told: Callable[[int], None] = lambda done: None,
    ) -> list[tuple[float, float]]:
        """For each question bounds of what the right logit leads by where it leads least, over the real numbers; of
        answers that are sets, of how far the logit nearest to 0 is on its right side.

        Args:
            tokens: `[question, pos]`.
            graded: the positions that count.
            answers: `[question, graded]`, what is right; `UNASKED` where no answer is wanted.
            bits: of precision.
            told: is called with how many questions are done.
        """
        before = ctx.prec
        ctx.prec = bits
        found = [(math.inf, math.inf)] * len(tokens)
        try:
            run = _Run(self)
            for done, row in enumerate(sorted(range(len(tokens)), key=lambda row: tokens[row].tolist())):
                asked = [
                    (at, right) for at, right in zip(graded, answers[row].tolist(), strict=True) if right != UNASKED
                ]
                if asked:
                    found[row] = run.lead(tokens[row], asked)
                told(done + 1)
        finally:
            ctx.prec = before
        return found

    @cached_property
    def balls(self) -> dict[str, Balls]:
        """The weights as balls of no radius."""
        return {name: np.asarray(_ball(array.astype(np.float64)), object) for name, array in self.weights.items()}

    @cached_property
    def matrices(self) -> dict[str, arb_mat]:
        """Those that rows are multiplied with; heads side by side."""
        found = {name: array for name, array in self.weights.items() if array.ndim == 2}
        for name, array in self.weights.items():
            if array.ndim == 3:
                heads = array if name.endswith("W_O") else array.swapaxes(0, 1)
                rows = len(array) * array.shape[1] if name.endswith("W_O") else array.shape[1]
                found[name] = heads.reshape(rows, -1)
        return {name: arb_mat(array.astype(np.float64).tolist()) for name, array in found.items() if array.size}


def lead(
    spec: ModelSpec,
    weights: Mapping[str, NDArray[np.floating]],
    tokens: NDArray[np.int32],
    graded: tuple[int, ...],
    answers: NDArray[np.int32],
    bits: int,
    sets: bool = False,
) -> tuple[float, float]:
    """Of one question, see `Exact.leads`: `tokens` `[pos]`, `answers` `[graded]`."""
    return Exact(spec, weights, sets=sets).leads(tokens[None], graded, answers[None], bits)[0]


@dataclass(eq=False)
class _Run:
    """Goes through questions one after the other, and keeps of the last one what the next may begin with."""

    of: Exact
    tokens: list[int] = field(default_factory=list)
    keys: list[Balls] = field(default_factory=list)
    values: list[Balls] = field(default_factory=list)
    stream: Balls | None = None

    def lead(self, tokens: NDArray[np.int32], asked: Sequence[tuple[int, int]]) -> tuple[float, float]:
        """Between which the least lead lies at these positions, each with its right answer."""
        logits = self.logits(tokens, [at for at, _ in asked])
        leads = [x for own, (_, right) in zip(logits, asked, strict=True) for x in _leads(own, right, self.of.sets)]
        low = min((_below(x) for x in leads), default=math.inf)
        return low, min((_above(x) for x in leads), default=math.inf)

    def logits(self, tokens: NDArray[np.int32], positions: Sequence[int]) -> Balls:
        """`[position, d_vocab_out]`, of one question at these positions."""
        self._go(tokens, max(positions) + 1 if self.of.spec.attention_dir == "causal" else len(tokens))
        assert self.stream is not None
        read = self._norm("ln_final.", self.stream[list(positions)])
        found: Balls = self._times(read, "unembed.W_U") + self.of.balls["unembed.b_U"]
        return found

    def _go(self, tokens: NDArray[np.int32], end: int) -> None:
        """Through the blocks, up to position `end`; of a causal model from the first token on that is another than
        before."""
        spec, balls, own = self.of.spec, self.of.balls, tokens[:end].tolist()
        start = 0
        if spec.attention_dir == "causal" and self.stream is not None:
            alike = [a == b for a, b in zip(own, self.tokens, strict=False)]
            start = alike.index(False) if False in alike else len(alike)
        if start == end:
            return
        old_keys, old_values, old_stream = self.keys, self.values, self.stream
        stream = balls["embed.W_E"][own[start:]]
        if spec.positional_embedding_type == "standard":
            stream = stream + balls["pos_embed.W_pos"][start:end]
        hidden = _hidden(spec, tokens[:end])[start:]
        self.keys, self.values = [], []
        for layer in range(spec.n_layers):
            block = f"blocks.{layer}."
            stream = self._at(block + "hook_resid_pre", stream, start)
            read = self._norm(block + "ln1.", stream)
            before = (old_keys[layer][:start], old_values[layer][:start]) if start else None
            stream = stream + self._at(
                block + "hook_attn_out", self._attention(block + "attn.", read, hidden, start, before), start
            )
            stream = self._at(block + "hook_resid_mid", stream, start)
            if not spec.attn_only:
                read = self._norm(block + "ln2.", stream)
                pre = self._times(read, block + "mlp.W_in") + balls[block + "mlp.b_in"]
                made = self._times(_activation(spec)(pre), block + "mlp.W_out") + balls[block + "mlp.b_out"]
                stream = stream + self._at(block + "hook_mlp_out", made, start)
            stream = self._at(block + "hook_resid_post", stream, start)
        self.stream = stream if not start or old_stream is None else np.concatenate([old_stream[:start], stream])
        self.tokens = own

    def _times(self, x: Balls, name: str) -> Balls:
        """Rows times a matrix of the model."""
        matrix = self.of.matrices.get(name)
        if matrix is None or not len(x):
            plain: Balls = x @ self.of.balls[name]
            return plain
        product = arb_mat(x.tolist()) * matrix
        found = np.empty(len(x) * matrix.ncols(), object)
        found[:] = product.entries()
        return found.reshape(len(x), -1)

    def _at(self, site: str, x: Balls, start: int) -> Balls:
        """`x`, `[pos, width]` from position `start` on, what a pass has at a site, with what is written there."""
        for one in self.of.written:
            if one.site == site:
                rows = slice(start, start + len(x))
                mask = one.chosen[rows]
                x = x.copy()
                x[mask] = _about(one.mid[0, rows][mask], one.rad[0, rows][mask])
        return x

    def _norm(self, norm: str, x: Balls) -> Balls:
        spec, balls = self.of.spec, self.of.balls
        if spec.normalization_type is None:
            return x
        if spec.normalization_type in ("LN", "LNPre"):
            x = x - x.sum(axis=1, keepdims=True) / arb(spec.d_model)
        variance = (x * x).sum(axis=1, keepdims=True) / arb(spec.d_model) + arb(spec.eps)
        x = x / np.frompyfunc(lambda v: v.sqrt(), 1, 1)(variance)
        if norm + "w" in balls:
            x = x * balls[norm + "w"]
        return x + balls[norm + "b"] if norm + "b" in balls else x

    def _attention(
        self, attn: str, read: Balls, hidden: NDArray[np.bool_], start: int, before: tuple[Balls, Balls] | None
    ) -> Balls:
        """What all heads write at positions from `start` on; `before` are keys and values of those ahead of it."""
        spec, balls = self.of.spec, self.of.balls
        q, k, v = (self._times(read, f"{attn}W_{x}") + balls[f"{attn}b_{x}"].reshape(-1) for x in "QKV")
        if before is not None:
            k, v = np.concatenate([before[0], k]), np.concatenate([before[1], v])
        self.keys.append(k)
        self.values.append(v)
        divisor = arb(spec.d_head).sqrt() if spec.attn_scale is None else arb(spec.attn_scale)
        heads = []
        for head in range(spec.n_heads):
            own = slice(head * spec.d_head, (head + 1) * spec.d_head)
            scores = q[:, own] @ k[:, own].T / divisor
            odds = _exp(scores - np.array([_top(*row) for row in zip(scores, hidden, strict=True)], object)[:, None])
            odds[hidden] = arb(0)
            blind = hidden.all(axis=1)
            totals = odds.sum(axis=1)
            totals[blind] = arb(1)
            heads.append((odds / totals[:, None]) @ v[:, own])
        z = self._at(attn + "hook_z", np.concatenate(heads, axis=1), start)
        found: Balls = self._times(z, attn + "W_O") + balls[attn + "b_O"]
        return found


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


def _hidden(spec: ModelSpec, tokens: NDArray[np.int32]) -> NDArray[np.bool_]:
    """`[query, key]`, whether attention's mask hides the key."""
    n = len(tokens)
    hidden = np.triu(np.ones((n, n), bool), 1) if spec.attention_dir == "causal" else np.zeros((n, n), bool)
    return hidden if spec.pad_token is None else hidden | (tokens == spec.pad_token)


def _top(scores: Balls, hidden: NDArray[np.bool_]) -> arb:
    """A number near the largest score, exactly known: a row of scores may be moved by any."""
    return arb(max((float(s.mid()) for s in scores[~hidden]), default=0.0))


def _activation(spec: ModelSpec) -> Any:
    root, steep, cubic = arb(2).sqrt(), -2 * (2 / arb.pi()).sqrt(), arb("0.044715")
    gate = {
        "relu": lambda x: x if x > 0 else (arb(0) if x < 0 else x.union(arb(0)).max(arb(0))),
        "gelu": lambda x: x * (1 + (x / root).erf()) / 2,
        "gelu_new": lambda x: x / (1 + (steep * x * (1 + cubic * x * x)).exp()),
        "silu": lambda x: x / (1 + (-x).exp()),
    }[spec.act_fn]
    return np.frompyfunc(gate, 1, 1)
