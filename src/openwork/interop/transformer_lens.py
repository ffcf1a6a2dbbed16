"""Models as TransformerLens has them: configs and state dicts of versions 3 (`HookedTransformer`) and 4
(`TransformerBridge`, booted natively). Plain values only: nothing here imports TransformerLens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason
from openwork.interop.targets import Target
from openwork.models import ModelSpec, Stack

Array = NDArray[np.generic]


def config_for(spec: ModelSpec, target: Target) -> dict[str, Any]:
    """The fields of `HookedTransformerConfig` (3) or `TransformerBridgeConfig` (4) that make this model.

    Version 4 takes no unscaled attention, so there the queries carry the scale and the config says the usual one.
    """
    scale = spec.score_divisor
    usual = math.isclose(scale, math.sqrt(spec.d_head)) or target == "transformer-lens-4"
    fields: dict[str, Any] = {
        **{
            f: getattr(spec, f) for f in ("n_layers", "d_model", "n_heads", "d_head", "d_vocab", "d_vocab_out", "n_ctx")
        },
        "d_mlp": spec.d_mlp or 4 * spec.d_model,
        "act_fn": spec.act_fn,
        "normalization_type": spec.normalization_type,
        "eps": spec.eps,
        "attention_dir": spec.attention_dir,
        "attn_only": spec.attn_only,
        "positional_embedding_type": spec.positional_embedding_type,
        "use_attn_scale": True,
        "attn_scale": math.sqrt(spec.d_head) if usual else scale,
    }
    if target == "transformer-lens-4":
        fields |= {"architecture": "TransformerLensNative", "attn_scale": -1.0}
    if target == "safetensors":
        fields |= {"d_mlp": spec.d_mlp, "pad_token": spec.pad_token, "dtype": spec.dtype}
    return fields


def state_dict_for(stack: Stack, target: Target) -> dict[str, Array]:
    """The state dict of the stack's only model that the target's model takes with `strict=True`.

    Raises:
        CheckpointError: the stack does not hold exactly one model.
    """
    if len(stack) != 1:
        raise CheckpointError("one model is exported at a time", Reason("stack", f"holds {len(stack)} models"))
    weights: dict[str, Array] = {name: np.array(array[0]) for name, array in stack.named().items()}
    if target == "transformer-lens-3":
        return weights | _buffers(stack.spec)
    if target == "transformer-lens-4":
        return heads_joined(stack.spec, weights)
    return weights


def _buffers(spec: ModelSpec) -> dict[str, Array]:
    """What `HookedTransformer` keeps beside the weights: the mask, and what masked scores become."""
    whole = np.ones((spec.n_ctx, spec.n_ctx), bool)
    mask = np.tril(whole) if spec.attention_dir == "causal" else whole
    buffers: dict[str, Array] = {}
    for layer in range(spec.n_layers):
        buffers[f"blocks.{layer}.attn.mask"] = mask
        buffers[f"blocks.{layer}.attn.IGNORE"] = np.array(-np.inf, np.float32)
    return buffers


def heads_joined(spec: ModelSpec, weights: Mapping[str, Array], usual_scale: bool = True) -> dict[str, Array]:
    """Under the names and shapes of a native bridge: `interop.names.heads_apart` undone.

    With the usual scale queries carry what makes it so: scores are to be divided by sqrt(d_head).
    """
    scale = np.asarray(math.sqrt(spec.d_head) / spec.score_divisor if usual_scale else 1.0, spec.dtype)
    joined: dict[str, Array] = {}
    for name, array in weights.items():
        place, tail = name.rsplit(".", 1)
        kind = "weight" if tail[0] in "Ww" else "bias"
        if tail in ("W_E", "W_pos", "W_U", "b_U"):
            joined[f"{place}.{kind}"] = array.T if tail == "W_U" else array
        elif tail in ("w", "b"):
            joined[f"{place}.{kind}"] = array
        elif tail.endswith(("in", "out")):
            joined[f"{place}.{tail[2:]}.{kind}"] = array.T if kind == "weight" else array
        elif tail[2:] == "O":
            joined[f"{place}.o.{kind}"] = array.reshape(-1, spec.d_model).T if kind == "weight" else array
        else:
            scaled = array * scale if tail[2:] == "Q" else array
            flat = scaled.swapaxes(1, 2).reshape(-1, spec.d_model) if kind == "weight" else scaled.reshape(-1)
            joined[f"{place}.{tail[2:].lower()}.{kind}"] = flat
    return {name: np.ascontiguousarray(array) for name, array in joined.items()}
