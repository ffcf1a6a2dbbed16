from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from openwork.interop.transformer_lens import state_dict_for
from openwork.models import Stack, model_spec
from openwork.testing.engine_case import make_case

SPEC = dict(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=7, d_vocab_out=4, n_ctx=8)


@pytest.fixture
def stack() -> Stack:
    return make_case(model_spec(**SPEC), seed=1, models=1).stack


@pytest.fixture
def tensors(stack: Stack) -> dict[str, torch.Tensor]:
    """As HookedTransformer saves them, buffers included."""
    return {name: torch.tensor(np.array(array)) for name, array in state_dict_for(stack, "transformer-lens-3").items()}


@pytest.fixture
def save(tmp_path: Path) -> Callable[[object], Path]:
    def saved(value: object, name: str = "model.pt") -> Path:
        torch.save(value, tmp_path / name)
        return tmp_path / name

    return saved
