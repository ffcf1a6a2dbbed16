"""What a config in the words of GPT-2 says: Hugging Face's `config.json`, or the `model_args` of nanoGPT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openwork.errors import Reason, suggestion
from openwork.interop.missing_fields import LARGEST, KnownField, brief

WORDS = ("model_type", "n_layer", "n_head", "n_embd")
"""a config with one of these is in GPT-2's words"""
ACTIVATIONS = {
    "relu": "relu",
    "gelu": "gelu",
    "gelu_new": "gelu_new",
    "gelu_pytorch_tanh": "gelu_new",
    "silu": "silu",
    "swish": "silu",
}
"""by Hugging Face's names"""
MUST_BE = {
    "scale_attn_by_inverse_layer_idx": (False, "scores divided by the layer's number are not in the family"),
    "add_cross_attention": (False, "cross-attention is not in the family"),
    "is_encoder_decoder": (False, "encoder-decoder models are not in the family"),
    "pruned_heads": ({}, "layers with heads cut out are not in the family"),
    "quantization_config": (None, "quantised weights are not read"),
}
"""fields that would make another model of it, and what they are where they do not"""
SIZES = {
    "n_layer": "n_layer",
    "n_embd": "n_embd",
    "n_inner": "n_inner",
    "vocab_size": "vocab_size",
    "n_positions": "n_positions",
    "n_ctx": "n_positions",
    "block_size": "n_positions",
}
"""which size each names; nanoGPT says `block_size`, and older files of Hugging Face `n_ctx`"""
DEFAULTS: Mapping[str, Any] = {
    "n_head": 12,
    "activation_function": "gelu_new",
    "layer_norm_epsilon": 1e-5,
    "scale_attn_weights": True,
}
"""of `GPT2Config`, for what a `config.json` leaves out"""


@dataclass(frozen=True)
class GPT2Sizes:
    """What the shapes of the weights say, in GPT-2's words; 0 where a weight is missing."""

    n_layer: int
    n_embd: int
    n_inner: int
    vocab_size: int
    n_positions: int


def in_gpt2_words(config: Mapping[str, Any]) -> bool:
    """Whether this is such a config, and not one of TransformerLens."""
    return any(word in config for word in WORDS)


def read_gpt2_config(source: str, config: Mapping[str, Any], sizes: GPT2Sizes) -> tuple[list[Reason], list[KnownField]]:
    """What it says of the fields that shapes do not; and every reason why it does not fit these weights."""
    where = f"{source}'s config"
    reasons = [
        Reason(f"{where}, {field}", f"{brief(config[field])}, but the weights say {getattr(sizes, size)}")
        for field, size in SIZES.items()
        if config.get(field) is not None and config[field] != getattr(sizes, size) != 0
    ]
    for field, (usual, what) in MUST_BE.items():
        if config.get(field, usual) not in (usual, None):
            reasons.append(Reason(f"{where}, {field}", what))
    theirs = config.get("model_type") == "gpt2"
    said: list[KnownField] = []

    def say(field: str, name: str, value: Any) -> None:
        said.append(KnownField(field, value, f"from {where}" if name in config else "GPT-2's default"))

    given = {name: config.get(name, DEFAULTS[name] if theirs else None) for name in DEFAULTS}
    heads, act, eps, scaled = given.values()
    if heads is not None:
        if type(heads) is not int or heads < 1 or sizes.n_embd % heads:
            what = f"{brief(heads)}: {sizes.n_embd} numbers cannot be cut into so many heads"
            reasons.append(Reason(f"{where}, n_head", what))
        say("n_heads", "n_head", heads)
    if act is not None:
        if not isinstance(act, str) or act not in ACTIVATIONS:
            mend = suggestion(str(act)[:60], ACTIVATIONS)
            reasons.append(Reason(f"{where}, activation_function", f"{brief(act)} is not in the model family", mend))
        else:
            say("act_fn", "activation_function", ACTIVATIONS[act])
    if eps is not None:
        if isinstance(eps, bool) or not isinstance(eps, int | float) or not 0 < eps <= LARGEST:
            reasons.append(Reason(f"{where}, layer_norm_epsilon", f"{brief(eps)} is not a number above 0"))
        else:
            say("eps", "layer_norm_epsilon", float(eps))
    if scaled is not None:
        if not isinstance(scaled, bool):
            reasons.append(Reason(f"{where}, scale_attn_weights", f"{brief(scaled)} is not true or false"))
        say("attn_scale", "scale_attn_weights", None if scaled else 1.0)
    elif "block_size" in config:
        said.append(KnownField("attn_scale", None, "nanoGPT divides by sqrt(d_head)"))
    return reasons, said
