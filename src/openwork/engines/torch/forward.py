"""One model's forward pass over named weights, as TransformerLens 3 defines it.

`at(site, value)` is called at every site in the order of the pass, and the pass goes on with what it returns. Where
nothing is tapped, PyTorch's own norms run, and the last block runs only at graded positions: a step of training takes
0.6 times as long. Weights have no `model` axis; `torch.func.vmap` gives them one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from openwork.engines.torch.tapped import Tapped
from openwork.models import ModelSpec

Named = Mapping[str, Tensor]

LEAST_SHARE = 1e-9
"""of attention: where it is 0 its logarithm has no slope"""
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_new": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
}


def forward(
    spec: ModelSpec,
    weights: Named,
    tokens: Tensor,
    graded: tuple[int, ...],
    at: Tapped,
    entropies: list[Tensor] | None = None,
) -> Tensor:
    """Logits `[input, graded, d_vocab_out]` of tokens `[input, pos]`; with `entropies`, those of each layer's attention
    are added to it, `[input, head, query]` in nats."""
    n_pos = tokens.shape[1]
    stream = at("hook_embed", weights["embed.W_E"][tokens])
    if spec.positional_embedding_type == "standard":
        placed = weights["pos_embed.W_pos"][:n_pos]
        stream = stream + at("hook_pos_embed", placed.expand(len(tokens), -1, -1))
    wanted, unseen = list(graded) if len(graded) < n_pos else None, _unseen(spec, tokens)
    for layer in range(spec.n_layers):
        block = f"blocks.{layer}."
        ends = layer == spec.n_layers - 1 and not at.taps(block) and not at.taps("ln_final.")
        stream = _block(spec, weights, block, stream, unseen, at, wanted if ends else None, entropies=entropies)
        wanted = None if ends else wanted
    if wanted is not None and not at.taps("ln_final."):
        stream, wanted = stream[:, wanted], None
    stream = _norm(spec, weights, "ln_final.", stream, at)
    return (stream if wanted is None else stream[:, wanted]) @ weights["unembed.W_U"] + weights["unembed.b_U"]


def _unseen(spec: ModelSpec, tokens: Tensor) -> Tensor | None:
    """Where attention's mask hides a key, `[input or 1, 1, query, key]`; None where it hides nothing."""
    n_pos, unseen = tokens.shape[1], None
    if spec.attention_dir == "causal":
        unseen = torch.ones(1, 1, n_pos, n_pos, dtype=torch.bool, device=tokens.device).triu(1)
    if spec.pad_token is not None:
        pads = (tokens == spec.pad_token)[:, None, None].expand(-1, -1, n_pos, -1)
        unseen = pads if unseen is None else unseen | pads
    return unseen


def _block(
    spec: ModelSpec,
    weights: Named,
    block: str,
    stream: Tensor,
    unseen: Tensor | None,
    at: Tapped,
    wanted: list[int] | None,
    entropies: list[Tensor] | None,
) -> Tensor:
    """The stream after a block; with `wanted`, only at these positions: all that is needed of the last block."""
    stream = at(block + "hook_resid_pre", stream)
    read = _norm(spec, weights, block + "ln1.", stream, at)
    if wanted is not None:
        stream = stream[:, wanted]
    written = _attention(spec, weights, block + "attn.", read, unseen, at, wanted, entropies=entropies)
    stream = stream + at(block + "hook_attn_out", written)
    if not spec.attn_only:
        stream = at(block + "hook_resid_mid", stream)
        read = _norm(spec, weights, block + "ln2.", stream, at)
        stream = stream + at(block + "hook_mlp_out", _mlp(spec, weights, block + "mlp.", read, at))
    return at(block + "hook_resid_post", stream)


def _norm(spec: ModelSpec, weights: Named, norm: str, x: Tensor, at: Tapped) -> Tensor:
    """`hook_scale` is the divisor; `hook_normalized` comes before the norm's own weights."""
    kind = spec.normalization_type
    if kind is None:
        return x
    if not at.taps(norm):
        w, b = weights.get(norm + "w"), weights.get(norm + "b")
        if kind in ("LN", "LNPre"):
            return F.layer_norm(x, (spec.d_model,), w, b, spec.eps)
        return F.rms_norm(x, (spec.d_model,), w, spec.eps)
    if kind in ("LN", "LNPre"):
        x = x - x.mean(-1, keepdim=True)
    scale = at(norm + "hook_scale", (x.square().mean(-1, keepdim=True) + spec.eps).sqrt())
    x = at(norm + "hook_normalized", x / scale)
    if kind == "LN":
        return x * weights[norm + "w"] + weights[norm + "b"]
    return x * weights[norm + "w"] if kind == "RMS" else x


def _attention(
    spec: ModelSpec,
    weights: Named,
    attn: str,
    read: Tensor,
    unseen: Tensor | None,
    at: Tapped,
    wanted: list[int] | None,
    entropies: list[Tensor] | None,
) -> Tensor:
    """What the heads write; with `wanted`, only for queries at these positions."""
    asks = read if wanted is None else read[:, wanted]
    per_head = [
        at(
            f"{attn}hook_{x.lower()}",
            torch.einsum("npm,hmd->nphd", source, weights[f"{attn}W_{x}"]) + weights[f"{attn}b_{x}"],
        )
        for x, source in (("Q", asks), ("K", read), ("V", read))
    ]
    q, k, v = (x.transpose(1, 2) for x in per_head)
    if unseen is not None and wanted is not None:
        unseen = unseen[:, :, wanted]
    # not scaled_dot_product_attention: on the CPU it makes zeros of NaN, and a model that diverged would go on
    scores = at(attn + "hook_attn_scores", q @ k.transpose(2, 3) / spec.score_divisor, unseen, -torch.inf)
    may_be_blind = spec.pad_token is not None or at.writes_at(attn + "hook_attn_scores")
    pattern = at(attn + "hook_pattern", _softmax(scores, may_be_blind), unseen, 0.0)
    if entropies is not None:
        entropies.append(-(pattern * (pattern + LEAST_SHARE).log()).sum(-1))
    z = at(attn + "hook_z", (pattern @ v).transpose(1, 2))
    w_o = weights[attn + "W_O"]
    if at.taps(attn + "hook_result"):
        written = at(attn + "hook_result", torch.einsum("nphd,hdm->nphm", z, w_o)).sum(2)
    else:
        written = z.flatten(2) @ w_o.flatten(0, 1)
    return written + weights[attn + "b_O"]


def _softmax(scores: Tensor, may_be_blind: bool) -> Tensor:
    """A query that has nothing left to look at attends to nothing, as in TransformerLens."""
    if not may_be_blind:
        return torch.softmax(scores, -1)
    blind = (scores == -torch.inf).all(-1, keepdim=True)
    # filled before as well as after: of nothing but minus infinity the softmax is NaN, and so would its gradient be
    return torch.softmax(scores.masked_fill(blind, 0.0), -1).masked_fill(blind, 0.0)


def _mlp(spec: ModelSpec, weights: Named, mlp: str, read: Tensor, at: Tapped) -> Tensor:
    pre = at(mlp + "hook_pre", read @ weights[mlp + "W_in"] + weights[mlp + "b_in"])
    post = at(mlp + "hook_post", ACTIVATIONS[spec.act_fn](pre))
    return post @ weights[mlp + "W_out"] + weights[mlp + "b_out"]
