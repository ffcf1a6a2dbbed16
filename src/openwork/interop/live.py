"""Models that are alive in the user's own program: `HookedTransformer` and native bridges, in and out.

TransformerLens is the user's own installation; it is imported only when a function here is called.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from openwork.errors import CheckpointError, EngineError, Reason
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.imported_model import ImportedModel, imported_model
from openwork.interop.missing_fields import CAPS, ELSEWHERE
from openwork.interop.targets import Target, require_target
from openwork.interop.transformer_lens import config_for, state_dict_for
from openwork.models import Stack

CONFIG = ("act_fn", "normalization_type", "attention_dir", "eps", "n_heads", "d_head", "use_attn_scale", "attn_scale")
"""what weights do not say"""
JUDGED = (*ELSEWHERE, *CAPS, "positional_embedding_type", "attn_only")
"""what may put it outside the model family"""


def from_live(model: Any, pad_token: int | None = None) -> ImportedModel:
    """The model of a live `HookedTransformer` or native `TransformerBridge`; its config says what weights do not.

    Args:
        model: it is only read.
        pad_token: the token whose keys are masked out, which a config does not say.

    Raises:
        CheckpointError: it is neither, or not in the model family; with every reason.
    """
    return imported_model(live_checkpoint(model), {"pad_token": pad_token})


def live_checkpoint(model: Any) -> Checkpoint:
    """The weights and the config of a live model.

    Raises:
        CheckpointError: it has none.
    """
    config = getattr(model, "cfg", None)
    if config is None or not callable(getattr(model, "state_dict", None)):
        what = f"{type(model).__name__} has no config and no state dict"
        mend = "give a HookedTransformer, or a TransformerBridge that boot_native made"
        raise CheckpointError("this is no model of TransformerLens", Reason("model", what, mend))
    arrays = {name: _array(tensor) for name, tensor in model.state_dict().items()}
    fields = {name: getattr(config, name) for name in (*CONFIG, *JUDGED) if hasattr(config, name)}
    if (
        type(model).__name__ == "TransformerBridge"
        and fields.get("use_attn_scale")
        and fields.get("attn_scale", -1) <= 0
    ):
        fields["attn_scale"] = -1
    return Checkpoint(type(model).__name__, digest_of(arrays), arrays, fields)


def digest_of(arrays: Mapping[str, Any]) -> str:
    """SHA-256 of arrays that are in no file."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _array(tensor: Any) -> Any:
    found = tensor.detach().cpu()
    return (found.float() if str(found.dtype) in ("torch.float16", "torch.bfloat16") else found).numpy()


def to_live(stack: Stack) -> Any:
    """The stack's only model as the installed TransformerLens has it, on the CPU, in evaluation mode.

    `HookedTransformer` up to version 3, a native `TransformerBridge` from 4 on. Where the model masks pads, the former
    does so by hooks of its own, for it heeds no mask when attention is bidirectional; call the latter with
    `attention_mask=(tokens != pad).long()`.

    Raises:
        EngineError: TransformerLens is not installed.
        CheckpointError: it has no such model, or the stack holds more than one.
    """
    try:
        version = importlib.metadata.version("transformer-lens")
    except importlib.metadata.PackageNotFoundError as error:
        reason = Reason("transformer-lens", "is not installed", "pip install transformer-lens")
        raise EngineError("a model of TransformerLens needs TransformerLens", reason) from error
    target = require_target(
        "transformer-lens-4" if int(version.split(".")[0]) >= 4 else "transformer-lens-3", stack.spec
    )
    torch = importlib.import_module("torch")
    fields = config_for(stack.spec, target) | {"dtype": getattr(torch, stack.spec.dtype)}
    tensors = {name: torch.tensor(array) for name, array in state_dict_for(stack, target).items()}
    model = _made(target, fields)
    model.load_state_dict(tensors, strict=True)
    if target == "transformer-lens-3" and stack.spec.pad_token is not None:
        _mask_pads(model, stack.spec.pad_token)
    return model.eval()


def _mask_pads(model: Any, pad: int) -> None:
    """Hides keys at pads from every query, by hooks that stay."""
    pads: dict[str, Any] = {}

    def remember(tokens: Any, hook: Any) -> None:
        pads["here"] = (tokens == pad)[:, None, None, :]

    def hide(scores: Any, hook: Any) -> Any:
        return scores.masked_fill(pads["here"], -math.inf)

    model.add_perma_hook("hook_tokens", remember)
    for layer in range(model.cfg.n_layers):
        model.add_perma_hook(f"blocks.{layer}.attn.hook_attn_scores", hide)


def _made(target: Target, fields: dict[str, Any]) -> Any:
    if target == "transformer-lens-3":
        library = importlib.import_module("transformer_lens")
        config = library.HookedTransformerConfig(**fields, device="cpu", init_weights=False, use_hook_tokens=True)
        return library.HookedTransformer(config)
    bridge = importlib.import_module("transformer_lens.model_bridge").TransformerBridge
    made = importlib.import_module("transformer_lens.config").TransformerBridgeConfig(**fields)
    return bridge.boot_native(made, dtype=fields["dtype"])
