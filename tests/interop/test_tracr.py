"""What is no model that Tracr compiled is refused with every reason; real ones are in `test_real_tracr.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import openwork as ow
from openwork.errors import CheckpointError

ATTENTION = {"w": np.ones((3, 2)), "b": np.zeros(2)}


def jax_named(name: str) -> Any:
    def activation(x: Any) -> Any:
        return x

    activation.__name__ = name
    return activation


def test_another_object_is_refused():
    with pytest.raises(CheckpointError, match="has no params, model_config, residual_labels, get_compiled_model"):
        ow.from_tracr(object())


def test_every_part_outside_the_family_is_told():
    config = SimpleNamespace(activation_function=jax_named("elu"), layer_norm=True, num_layers=1, causal=False)
    params = {"token_embed": {}, "transformer/layer_0/attn/query": ATTENTION, "transformer/layer_0/layer_norm": {}}
    model = SimpleNamespace(params=params, model_config=config, residual_labels=["one"], get_compiled_model=None)
    with pytest.raises(CheckpointError) as caught:
        ow.from_tracr(model)
    for words in (
        *("elu is not in the model family", "layer_norm: a norm", "layer_0/layer_norm: is not a part"),
        *("params, pos_embed: is missing", "transformer/layer_0/mlp/linear_2: is missing"),
    ):
        assert words in str(caught.value)
