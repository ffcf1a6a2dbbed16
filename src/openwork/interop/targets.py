"""For whom a model is written, and what each can express."""

from __future__ import annotations

from typing import Literal, get_args

from openwork.errors import CheckpointError, Reason, suggestion
from openwork.models import ModelSpec

Target = Literal["transformer-lens-3", "transformer-lens-4", "gpt2", "torch", "onnx", "safetensors"]
TARGETS: tuple[Target, ...] = get_args(Target)


def require_target(name: str, spec: ModelSpec) -> Target:
    """The target of this name.

    Raises:
        CheckpointError: there is none, or it cannot express the model; with every reason.
    """
    target = next((t for t in TARGETS if t == name), None)
    if target is None:
        raise CheckpointError("unknown target", Reason("--to", f"{name!r} is not one", suggestion(name, TARGETS)))
    reasons = misfits(spec, target)
    if reasons:
        raise CheckpointError(f"the model cannot be given to {target}", reasons)
    return target


def misfits(spec: ModelSpec, target: Target) -> list[Reason]:
    """What the target cannot express of such a model."""
    reasons = []
    if target in ("transformer-lens-3", "transformer-lens-4", "gpt2") and spec.positional_embedding_type != "standard":
        what = f"{target} has no model without positional embeddings"
        reasons.append(Reason("positional_embedding_type", what, "give the model positions, or export safetensors"))
    return reasons + (_not_gpt2(spec) if target == "gpt2" else [])


def _not_gpt2(spec: ModelSpec) -> list[Reason]:
    reasons = []
    if spec.normalization_type not in ("LN", "LNPre"):
        what = f"is {spec.normalization_type or 'none'}, and GPT-2 has LayerNorms"
        reasons.append(Reason("normalization_type", what))
    if spec.attention_dir != "causal":
        reasons.append(Reason("attention_dir", f"is {spec.attention_dir}, and GPT-2 looks back only"))
    if spec.attn_only:
        reasons.append(Reason("attn_only", "GPT-2 has an MLP in each block"))
    if spec.n_heads * spec.d_head != spec.d_model:
        what = f"{spec.n_heads} heads of {spec.d_head} are not d_model {spec.d_model}, as GPT-2's are"
        reasons.append(Reason("n_heads, d_head", what))
    if spec.pad_token is not None:
        what = f"keys at token {spec.pad_token} are masked, and GPT-2 masks no token that it is not told to"
        reasons.append(Reason("pad_token", what))
    return reasons
