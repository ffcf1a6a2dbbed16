"""A model as a plain `torch.nn.Module`, whose source needs nothing of this project."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import EngineError, Reason
from openwork.interop.transformer_lens import state_dict_for
from openwork.models import ModelSpec, Stack

SIZES = ("n_layers", "d_model", "n_heads", "d_head", "d_mlp", "d_vocab", "d_vocab_out", "n_ctx")
CHOICES = ("act_fn", "normalization_type", "eps", "pad_token")


def plain_torch(stack: Stack) -> Any:
    """The stack's only model as a module in evaluation mode, on the CPU, with weights of its own.

    Raises:
        EngineError: PyTorch is not installed.
        CheckpointError: the stack does not hold exactly one model.
    """
    if importlib.util.find_spec("torch") is None:
        reason = Reason("torch", "PyTorch is not installed", "pip install 'openwork[torch]'")
        raise EngineError("a module of PyTorch needs PyTorch", reason)
    torch = importlib.import_module("torch")
    model = importlib.import_module("openwork.interop.torch_model").Transformer(**torch_fields(stack.spec))
    weights = {name: torch.tensor(np.asarray(array)) for name, array in torch_weights(stack).items()}
    model.to(getattr(torch, stack.spec.dtype)).load_state_dict(weights, strict=True)
    return model.eval()


def torch_weights(stack: Stack) -> dict[str, NDArray[np.generic]]:
    """The module's state dict: the names of a native bridge of TransformerLens 4, but for the parts of an MLP."""
    named = state_dict_for(stack, "transformer-lens-4")
    return {name.replace(".mlp.in.", ".mlp.0.").replace(".mlp.out.", ".mlp.2."): a for name, a in named.items()}


def torch_fields(spec: ModelSpec) -> dict[str, Any]:
    """What the module's constructor takes; scores are divided by sqrt(d_head), so queries carry any other scale."""
    fields = {name: getattr(spec, name) for name in (*SIZES, *CHOICES)}
    fields["causal"] = spec.attention_dir == "causal"
    fields["positions"] = spec.positional_embedding_type == "standard"
    return fields


def torch_source() -> bytes:
    """The module's source, a file of its own."""
    return Path(__file__).with_name("torch_model.py").read_bytes()
