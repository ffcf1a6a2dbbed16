"""Sizes of a model, read off the shapes of its weights; every contradiction is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason

AXES = {
    "embed.W_E": ("d_vocab", "d_model"),
    "pos_embed.W_pos": ("n_ctx", "d_model"),
    "unembed.W_U": ("d_model", "d_vocab_out"),
    "unembed.b_U": ("d_vocab_out",),
    "ln_final.w": ("d_model",),
    "ln_final.b": ("d_model",),
}
BLOCK_AXES = {
    "ln1.w": ("d_model",),
    "ln1.b": ("d_model",),
    "ln2.w": ("d_model",),
    "ln2.b": ("d_model",),
    **{f"attn.W_{x}": ("n_heads", "d_model", "d_head") for x in "QKV"},
    **{f"attn.b_{x}": ("n_heads", "d_head") for x in "QKV"},
    "attn.W_O": ("n_heads", "d_head", "d_model"),
    "attn.b_O": ("d_model",),
    "mlp.W_in": ("d_model", "d_mlp"),
    "mlp.b_in": ("d_mlp",),
    "mlp.W_out": ("d_mlp", "d_model"),
    "mlp.b_out": ("d_model",),
}
"""axes of every weight, in the names of the spec's sizes"""
BLOCK = re.compile(r"blocks\.([0-9]{1,3})\.(.+)")
MOST_LAYERS = 64


@dataclass(frozen=True)
class Sizes:
    """What the shapes say, in the names of `ModelSpec`.

    Attributes:
        fields: sizes and `attn_only`, `positional_embedding_type`, `dtype`.
        norm_weights: which weights the norms have: `w and b`, `w`, or `none`.
        absent: biases that the file does not have, which are taken for zero.
    """

    fields: Mapping[str, object]
    norm_weights: str
    absent: tuple[str, ...] = field(default=())


def sizes_of(source: str, weights: Mapping[str, NDArray[np.generic]]) -> Sizes:
    """The sizes on which all these weights, in `HookedTransformer`'s names, agree.

    Raises:
        CheckpointError: with every weight that is missing or contradicts others.
    """
    layers = sorted({int(match[1]) for name in weights if (match := BLOCK.fullmatch(name))})
    seen: dict[str, dict[int, list[str]]] = {}
    reasons = []
    for name, array in weights.items():
        axes = axes_of(name)
        if len(axes) != array.ndim:
            reasons.append(Reason(f"{source}, {name}", f"has shape {array.shape}, expected [{', '.join(axes)}]"))
            continue
        for axis, length in zip(axes, array.shape, strict=True):
            seen.setdefault(axis, {}).setdefault(length, []).append(name)
    for axis, lengths in seen.items():
        if len(lengths) > 1:
            said = "; ".join(f"{length} in {_some(names)}" for length, names in sorted(lengths.items()))
            reasons.append(Reason(f"{source}, {axis}", f"the weights disagree: {said}"))
        if 0 in lengths:
            reasons.append(Reason(f"{source}, {axis}", f"is 0 in {_some(lengths[0])}"))
    if len(layers) > MOST_LAYERS:
        reasons.append(Reason(f"{source}, blocks", f"has {len(layers)} layers, more than {MOST_LAYERS}"))
    elif layers != list(range(len(layers))):
        reasons.append(Reason(f"{source}, blocks", f"has the layers {layers}, with gaps"))
    norm, absent, missing = _completeness(weights, min(len(layers), MOST_LAYERS))
    reasons += [Reason(f"{source}, {name}", "is missing") for name in missing]
    if reasons:
        raise CheckpointError("the checkpoint contradicts itself", reasons)
    length = {axis: next(iter(lengths)) for axis, lengths in seen.items()}
    fields: dict[str, object] = {"n_layers": len(layers), **length}
    fields.setdefault("n_heads", 1)
    fields.setdefault("d_head", 1)
    fields["attn_only"] = "d_mlp" not in length
    fields["positional_embedding_type"] = "standard" if "n_ctx" in length else "none"
    wide = any(array.dtype == np.float64 for array in weights.values())
    return Sizes(fields | {"dtype": "float64" if wide else "float32"}, norm, tuple(absent))


def axes_of(name: str) -> tuple[str, ...]:
    """The axes of a weight."""
    block = BLOCK.fullmatch(name)
    return BLOCK_AXES[block[2]] if block else AXES[name]


def _completeness(weights: Mapping[str, NDArray[np.generic]], n_layers: int) -> tuple[str, list[str], list[str]]:
    """Which weights the norms have, biases that no layer has, and what is missing."""
    tails = {match[2] for name in weights if (match := BLOCK.fullmatch(name))}
    normed = {name.rsplit(".", 1)[1] for name in weights if re.search(r"ln(1|2|_final)\.[wb]$", name)}
    norm = "w and b" if "b" in normed else "w" if normed else "none"
    wanted = ["embed.W_E", "unembed.W_U"] + [f"ln_final.{x}" for x in sorted(normed)]
    parts = ["ln1"] + (["ln2"] if any(tail.startswith("mlp") for tail in tails) else [])
    inside = [f"{part}.{x}" for part in parts for x in sorted(normed)] + [f"attn.W_{x}" for x in "QKVO"]
    if "ln2" in parts:
        inside += ["mlp.W_in", "mlp.W_out"]
    biases = [f"attn.b_{x}" for x in "QKVO"] + (["mlp.b_in", "mlp.b_out"] if "ln2" in parts else [])
    absent = [bias for bias in biases if n_layers and bias not in tails]
    inside += [bias for bias in biases if bias in tails]
    wanted += [f"blocks.{layer}.{tail}" for layer in range(n_layers) for tail in inside]
    if "unembed.b_U" not in weights:
        absent.append("unembed.b_U")
    return norm, absent, [name for name in wanted if name not in weights]


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
