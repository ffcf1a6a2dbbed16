"""Under whose names weights come, and the same weights under TransformerLens'."""

from __future__ import annotations

from openwork.errors import CheckpointError, Reason
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.layouts.gpt2 import looks_like_gpt2, named_gpt2
from openwork.interop.missing_fields import brief
from openwork.interop.names import Named, named, without_prefix

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
    return named(checkpoint.name, checkpoint.arrays)


__all__ = ["named_weights"]
