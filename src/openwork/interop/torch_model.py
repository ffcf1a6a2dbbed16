"""A small transformer in plain PyTorch: pre-norm, with learned positions or none, causal or not.

It needs nothing but PyTorch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

ACTIVATIONS = {"relu": nn.ReLU(), "gelu": nn.GELU(), "gelu_new": nn.GELU("tanh"), "silu": nn.SiLU()}


def norm(kind: str | None, d_model: int, eps: float) -> nn.Module:
    """LN and RMS have weights of their own, LNPre and RMSPre none."""
    if kind is None:
        return nn.Identity()
    layer = nn.LayerNorm if kind.startswith("LN") else nn.RMSNorm
    return layer(d_model, eps=eps, elementwise_affine=not kind.endswith("Pre"))


class Attention(nn.Module):
    def __init__(self, d_model: int, n_heads: int, d_head: int) -> None:
        super().__init__()
        self.n_heads, self.d_head = n_heads, d_head
        self.q, self.k, self.v = (nn.Linear(d_model, n_heads * d_head) for _ in range(3))
        self.o = nn.Linear(n_heads * d_head, d_model)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        q, k, v = (
            part(x).unflatten(-1, (self.n_heads, self.d_head)).transpose(1, 2) for part in (self.q, self.k, self.v)
        )
        scores = q @ k.transpose(2, 3) / self.d_head**0.5
        scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
        pattern = scores.softmax(-1).masked_fill(hidden, 0.0)  # a query with nothing to look at looks at nothing
        z: Tensor = self.o((pattern @ v).transpose(1, 2).flatten(2))
        return z


class Block(nn.Module):
    def __init__(
        self, d_model: int, n_heads: int, d_head: int, d_mlp: int, act_fn: str, kind: str | None, eps: float
    ) -> None:
        super().__init__()
        self.ln1, self.attn = norm(kind, d_model, eps), Attention(d_model, n_heads, d_head)
        if d_mlp:
            self.ln2 = norm(kind, d_model, eps)
            self.mlp = nn.Sequential(nn.Linear(d_model, d_mlp), ACTIVATIONS[act_fn], nn.Linear(d_mlp, d_model))
        self.has_mlp = bool(d_mlp)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        x = x + self.attn(self.ln1(x), hidden)
        return x + self.mlp(self.ln2(x)) if self.has_mlp else x


class Transformer(nn.Module):
    """Tokens `[input, pos]` to logits `[input, pos, d_vocab_out]`."""

    def __init__(
        self,
        n_layers: int,
        d_model: int,
        n_heads: int,
        d_head: int,
        d_mlp: int,
        d_vocab: int,
        d_vocab_out: int,
        n_ctx: int,
        act_fn: str = "relu",
        normalization_type: str | None = "LN",
        eps: float = 1e-5,
        causal: bool = True,
        positions: bool = True,
        pad_token: int | None = None,
    ) -> None:
        super().__init__()
        self.causal, self.pad_token = causal, pad_token
        self.embed = nn.Embedding(d_vocab, d_model)
        self.pos_embed = nn.Embedding(n_ctx, d_model) if positions else None
        sizes = (d_model, n_heads, d_head, d_mlp, act_fn, normalization_type, eps)
        self.blocks = nn.ModuleList(Block(*sizes) for _ in range(n_layers))
        self.ln_final, self.unembed = norm(normalization_type, d_model, eps), nn.Linear(d_model, d_vocab_out)

    def forward(self, tokens: Tensor) -> Tensor:
        x, places = self.embed(tokens), torch.arange(tokens.shape[1], device=tokens.device)
        if self.pos_embed is not None:
            x = x + self.pos_embed(places)
        hidden = (places > places[:, None])[None, None] if self.causal else torch.zeros_like(places > 0)
        if self.pad_token is not None:
            hidden = hidden | (tokens == self.pad_token)[:, None, None]
        for block in self.blocks:
            x = block(x, hidden)
        logits: Tensor = self.unembed(self.ln_final(x))
        return logits
