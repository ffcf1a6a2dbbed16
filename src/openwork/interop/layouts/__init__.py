"""Under whose names weights come, and the same weights under TransformerLens'."""

from __future__ import annotations

import re

from openwork.errors import CheckpointError, Reason
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.layouts.gpt2 import looks_like_gpt2, named_gpt2
from openwork.interop.layouts.torch_layers import looks_like_torch, named_torch
from openwork.interop.missing_fields import brief
from openwork.interop.names import Named, named, without_prefix

OURS = re.compile(r"(blocks\.[0-9]+\.mlp\.)([02])\.")
"""the parts of an MLP in the module that `ow.to_torch` makes; all its other names are those of a native bridge"""
HUGGING_FACE = ("gpt2",)
"""values of `model_type` that are read"""


def named_weights(checkpoint: Checkpoint) -> Named:
    """The weights of a checkpoint, whoever named them.

    Raises:
        CheckpointError: names or a config of a model that is not read here, or that contradict each other; with every
            reason.
    """
    kind = checkpoint.config.get("model_type")
    if kind is not None and kind not in HUGGING_FACE:
        what = f"{brief(kind)} is not read here"
        mend = f"of Hugging Face's models these are: {', '.join(HUGGING_FACE)}"
        raise CheckpointError(
            "the checkpoint is of another architecture", Reason(f"{checkpoint.name}'s config, model_type", what, mend)
        )
    bare = without_prefix(checkpoint.arrays)
    if kind == "gpt2" or looks_like_gpt2(bare):
        return named_gpt2(checkpoint, bare)
    if looks_like_torch(bare):
        return named_torch(checkpoint, bare)
    return named(checkpoint.name, {OURS.sub(_in_or_out, name): array for name, array in checkpoint.arrays.items()})


def _in_or_out(found: re.Match[str]) -> str:
    return f"{found[1]}{'in' if found[2] == '0' else 'out'}."


__all__ = ["named_weights"]
