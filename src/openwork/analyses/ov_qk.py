"""The OV and QK circuits of a layer's heads, as matrices between tokens, answers and positions; from weights alone.

After Elhage et al. 2021: what a head would write into the logits for each token it looks at (W_E W_V W_O W_U), how much
each token as query asks for each token as key (W_E W_Q W_K' W_E'), and the same for positions (W_pos W_Q W_K' W_pos').
The weights of the norms before the layer and at the end are folded in, and what comes in is centred where the norm
centres; the norms' scales, which depend on the input, are left out, and so are all biases. So numbers compare within a
matrix, not with real scores or logits; and only the direct path is here: in later layers a head also reads what earlier
ones wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result
from openwork.analyses.subject import Subject
from openwork.models import site_named

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OvQk(Result):
    """One layer's circuits.

    Attributes:
        layer: which block.
        tokens: `[token]`, the symbols that the model reads.
        answers: `[answer]`, the symbols that it answers.
        positions: `[pos]`, what stands there.
        ov: `[head, token, answer]`, to the logit of the answer when the head looks at the token.
        qk_tokens: `[head, query token, key token]`, to the attention score, divided as scores are.
        qk_positions: `[head, query, key]`, the same for positions; NaN where the mask hides the key, and everywhere in
            a model without position embeddings.
    """

    layer: int
    tokens: tuple[str, ...]
    answers: tuple[str, ...]
    positions: tuple[str, ...]
    ov: Floats
    qk_tokens: Floats
    qk_positions: Floats
    forward_rows: int = 0

    @property
    def copying(self) -> tuple[int, ...]:
        """`[head]`, for how many tokens that are answers too the head raises the token itself most."""
        same = [(t, self.answers.index(symbol)) for t, symbol in enumerate(self.tokens) if symbol in self.answers]
        return tuple(sum(int(head[t].argmax()) == a for t, a in same) for head in self.ov)

    @property
    def title(self) -> str:
        return f"OV and QK circuits of layer {self.layer}"

    @property
    def summary(self) -> str:
        same, said = sum(symbol in self.answers for symbol in self.tokens), []
        for head, (values, copied) in enumerate(zip(self.ov, self.copying, strict=True)):
            token, answer = np.unravel_index(int(values.argmax()), values.shape)
            kept = f", and the token itself most for {copied} of {same}" if same else ""
            said.append(f"head {head} raises {self.answers[answer]} most, by looking at {self.tokens[token]}{kept}")
        return f"By its weights alone, norms' scales and biases left out: {'; '.join(said)}."

    def records(self) -> list[Record]:
        circuits: tuple[tuple[str, Floats, tuple[str, ...], tuple[str, ...]], ...] = (
            ("OV", self.ov, self.tokens, self.answers),
            ("QK tokens", self.qk_tokens, self.tokens, self.tokens),
            ("QK positions", self.qk_positions, self.positions, self.positions),
        )
        return [
            {"circuit": name, "head": h, "from": rows[r], "to": columns[c], "value": float(values[h, r, c])}
            for name, values, rows, columns in circuits
            for h, r, c in _finite(values)
        ]


def _finite(values: Floats) -> Iterator[tuple[int, int, int]]:
    return ((int(h), int(r), int(c)) for h, r, c in np.argwhere(np.isfinite(values)))


def ov_qk(subject: Subject, layer: int) -> OvQk:
    """The circuits of every head of a layer; runs nothing.

    Raises:
        PlanError: the model has no such layer.
    """
    block = site_named(subject.spec, f"blocks.{layer}.attn.hook_z").name.removesuffix("attn.hook_z")
    spec, n_pos = subject.spec, subject.task.n_pos
    named = {name: array[0].astype(np.float64) for name, array in subject.stack.named().items()}
    w_q, w_k, w_v, w_o = (named[f"{block}attn.W_{part}"] for part in "QKVO")

    def read(stream: Floats, norm: str) -> Floats:
        """`[..., d_model]` as the reader after this norm has it, the norm's scale and bias left out."""
        if spec.normalization_type in ("LN", "LNPre"):
            stream = stream - stream.mean(axis=-1, keepdims=True)
        normed: Floats = stream * named.get(f"{norm}.w", np.ones(spec.d_model))
        return normed

    def scores(stream: Floats) -> Floats:
        seen = read(stream, f"{block}ln1")
        products: Floats = (seen @ w_q) @ np.swapaxes(seen @ w_k, 1, 2) / spec.score_divisor
        return products

    written = read(read(named["embed.W_E"], f"{block}ln1") @ w_v @ w_o, "ln_final") @ named["unembed.W_U"]
    by_position: Floats = np.full((spec.n_heads, n_pos, n_pos), np.nan)
    if "pos_embed.W_pos" in named:
        by_position = scores(named["pos_embed.W_pos"][:n_pos])
        if spec.attention_dir == "causal":
            by_position[:, ~np.tri(n_pos, dtype=bool)] = np.nan
    symbols, answers = (
        _symbols(vocabulary.symbols, size)
        for vocabulary, size in (
            (subject.task.vocabulary, spec.d_vocab),
            (subject.task.answer_vocabulary, spec.d_vocab_out),
        )
    )
    tokens = scores(named["embed.W_E"])
    return OvQk(layer, symbols, answers, subject.position_names, written, tokens, by_position)


def _symbols(known: tuple[str, ...], size: int) -> tuple[str, ...]:
    """The task's symbols, and numbers for what the model has beyond them."""
    return (*known, *(f"token {t}" for t in range(len(known), size)))
