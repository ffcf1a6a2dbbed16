"""What a token at a place does to one query, for every token: exact below the first attention, so computed once.

A model of one layer. Keys and values of a place hang on its own token alone, and so does its score with a given query.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openwork.models import ModelSpec
from openwork.proofs.sets.balls import MORE, TINY, Array, Ball, U, add, exact, exp, norm, over, product, root

SMALL = 1e-250
"""weights up to which no more is known than that they are no larger than three times what they are taken for"""


@dataclass(frozen=True, eq=False)
class Tables:
    """Of one model and one query position.

    Attributes:
        spec: the model's.
        start: `[token, d_model]`, the stream at the query before attention, with attention's bias.
        weight: `[query token, head, place, token]`, attention before it is divided by its sum; each row has a factor of
            its own, which the division takes out.
        written: `[head, place, token, d_model]`, what a head would write that looked there alone.
        weight_error: of every weight above `SMALL`, in proportion; infinite where that is not known.
        written_error: of every entry of `written` and `start`.
        size: the largest entry of `written`.
        after: what follows attention.
    """

    spec: ModelSpec
    start: Array
    weight: Array
    written: Array
    weight_error: float
    written_error: float
    size: float
    after: After


@dataclass(frozen=True, eq=False)
class After:
    """What follows attention, with the norms' linear parts folded in.

    Attributes:
        inside: `[d_model, d_mlp]`, from the stream to the neurons, but for the norm's divisor; `d_mlp` is 0 without an
            MLP.
        inside_bias: `[d_mlp]`.
        outside: `[d_mlp, d_model]`.
        outside_bias: `[d_model]`.
        unembed: `[d_model, answer]`, from the stream to the logits, but for the last norm's divisor.
        unembed_bias: `[answer]`.
        inside_error, unembed_error: of every entry of these.
        bias_error: of every entry of the biases.
    """

    inside: Array
    inside_bias: Array
    outside: Array
    outside_bias: Array
    unembed: Array
    unembed_bias: Array
    inside_error: float
    unembed_error: float
    bias_error: float


def tables_of(spec: ModelSpec, weights: Mapping[str, Array], query: int, places: int) -> Tables:
    """Of the query at position `query`, which sees the first `places` positions."""
    named = {name: np.asarray(array, np.float64) for name, array in weights.items()}
    block = "blocks.0."
    stream = exact(np.repeat(named["embed.W_E"][None], places, axis=0))
    if spec.positional_embedding_type == "standard":
        stream = add(stream, exact(named["pos_embed.W_pos"][:places, None]))
    read = norm(spec, stream, named.get(block + "ln1.w"), named.get(block + "ln1.b"))

    def projected(x: str, of: Ball) -> Ball:
        """`[head, .., token, d_head]`."""
        shape = (spec.n_heads,) + (1,) * (of.mid.ndim - 2)
        matrix = named[f"{block}attn.W_{x}"].reshape(*shape, spec.d_model, spec.d_head)
        bias = named[f"{block}attn.b_{x}"].reshape(*shape, 1, spec.d_head)
        return add(product(of, exact(matrix)), exact(bias))

    asks, keys, values = projected("Q", read.at(query)), projected("K", read), projected("V", read)
    written = product(values, exact(named[block + "attn.W_O"][:, None]))
    mid, rad = (end.reshape(spec.n_heads, -1, spec.d_head).swapaxes(1, 2) for end in (keys.mid, keys.rad))
    score = over(product(asks, Ball(mid, rad)), _divisor(spec))
    top = score.mid.max(axis=-1, keepdims=True)
    weight = exp(add(score, exact(-top)))
    symbols = len(named["embed.W_E"])
    shape = (spec.n_heads, symbols, places, symbols)
    start = add(stream.at(query), exact(named[block + "attn.b_O"]))
    small = weight.mid <= SMALL
    error = float((weight.rad / weight.mid)[~small].max(initial=0.0)) * MORE
    if not (weight.rad <= 2 * weight.mid)[small].all():  # one that is small only as far as anybody knows
        error = np.inf
    return Tables(
        spec=spec,
        start=start.mid,
        weight=weight.mid.reshape(shape).swapaxes(0, 1),
        written=written.mid,
        weight_error=error,
        written_error=float(max(written.rad.max(), start.rad.max())),
        size=float(abs(written.mid).max() + written.rad.max()),
        after=_after(spec, named),
    )


def _divisor(spec: ModelSpec) -> Ball:
    """What scores are divided by: the true root of `d_head`, unless it is given."""
    if spec.attn_scale is not None:
        return exact(spec.attn_scale)
    return root(exact(spec.d_head), 0.0)


def _after(spec: ModelSpec, named: Mapping[str, Array]) -> After:
    """`x` divided by a norm's divisor, times these, is what the norm and the matrix behind it come to."""
    into, ahead = np.zeros((spec.d_model, 0)), np.zeros(0)
    outside, outside_bias = into.T, np.zeros(spec.d_model)
    if not spec.attn_only:
        into, ahead = named["blocks.0.mlp.W_in"], named["blocks.0.mlp.b_in"]
        outside, outside_bias = named["blocks.0.mlp.W_out"], named["blocks.0.mlp.b_out"]
    inside, inside_bias, inside_error, bias_error = _folded(spec, named, "blocks.0.ln2.", into, ahead)
    unembed, unembed_bias, unembed_error, other = _folded(
        spec, named, "ln_final.", named["unembed.W_U"], named["unembed.b_U"]
    )
    errors = inside_error, unembed_error, max(bias_error, other)
    return After(inside, inside_bias, outside, outside_bias, unembed, unembed_bias, *errors)


def _folded(
    spec: ModelSpec, named: Mapping[str, Array], before: str, matrix: Array, bias: Array
) -> tuple[Array, Array, float, float]:
    """A matrix and a bias behind a norm, and by how much an entry of each may be off."""
    w, b = named.get(before + "w"), named.get(before + "b")
    scaled = matrix if w is None else w[:, None] * matrix
    error = (spec.d_model + 8) * U * float(abs(scaled).max(initial=0.0)) + TINY
    if spec.normalization_type in ("LN", "LNPre"):
        scaled = scaled - scaled.mean(axis=0)
    if b is None:
        return scaled, bias, error, 0.0
    sizes = abs(bias) + abs(b) @ abs(matrix)
    return scaled, bias + b @ matrix, error, (spec.d_model + 8) * U * float(sizes.max(initial=0.0)) + TINY
