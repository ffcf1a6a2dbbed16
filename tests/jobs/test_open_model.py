"""A model of others in the hand, without a task."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import openwork as ow
from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.errors import CheckpointError, PlanError
from openwork.interop import export_model
from openwork.jobs.open_model import OpenModel
from openwork.models import Stack, model_spec
from openwork.testing.engine_case import make_case

SPEC = dict(n_layers=1, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=7, d_vocab_out=4, n_ctx=5)


@pytest.fixture
def stack() -> Stack:
    return make_case(model_spec(**SPEC), seed=1, models=1).stack


@pytest.fixture
def file(stack: Stack, tmp_path: Path) -> Path:
    export_model(stack, "safetensors", tmp_path / "theirs.safetensors")
    return tmp_path / "theirs.safetensors"


def test_its_spec_weights_and_logits(file, stack):
    model = ow.open_model(file, engine="native")
    assert model.spec == stack.spec and str(stack.spec) in str(model)
    assert (model.weights["blocks.0.attn.W_Q"] == stack.named()["blocks.0.attn.W_Q"][0]).all()
    tokens = np.array([[0, 3, 6], [1, 1, 2]])
    expected = joined(NativeEngine(1).run(stack, tokens.astype(np.int32), graded=(0, 1, 2))).logits[0]
    assert (model.logits(tokens) == expected).all()
    assert (model.logits([1, 1, 2]) == expected[1:]).all()
    assert not model.weights["embed.W_E"].flags.writeable


@pytest.mark.parametrize(
    ("tokens", "told"),
    [
        ([[0.5]], "of float64"),
        ([], r"shape \(0,\)"),
        (np.zeros((1, 2, 3), int), "axes|shape"),
        ([[7]], "7"),
        ([[2**40]], "id 1099511627776 at input 0, pos 0"),
        ([[0] * 6], "n_ctx|positions"),
        ([["a"]], "ids only"),
    ],
)
def test_what_are_no_tokens_is_told(tokens, told, file):
    with pytest.raises(PlanError, match=told):
        ow.open_model(file).logits(tokens)


def test_what_a_file_leaves_open_must_be_said(file, tmp_path):
    bare = tmp_path / "bare.safetensors"
    bare.write_bytes(file.read_bytes().replace(b"openwork.config", b"nothing.at.all!"))
    with pytest.raises(CheckpointError, match="--act-fn relu"):
        ow.open_model(bare)
    said = dict(act_fn="relu", attention_dir="causal", attn_scale=None, pad_token=None)
    assert ow.open_model(bare, **said).spec.act_fn == "relu"
    assert ow.open_model(bare, **said | dict(attn_scale="sqrt", pad_token="none")).spec == ow.open_model(file).spec


def test_symbols_are_asked_where_the_model_names_them(file):
    bare = ow.open_model(file)
    with pytest.raises(PlanError, match="ids only"):
        bare.tokens([["a"]])
    named = OpenModel(bare.name, bare.imported, {"d_vocab": ("a", "b", "BOS")})
    assert named.tokens([["BOS", "a"], ["BOS", "b"]]).tolist() == [[2, 0], [2, 1]]
    with pytest.raises(PlanError) as caught:
        named.tokens([["BOS", "a"], ["BOZ"]])
    assert "did you mean 'BOS'" in str(caught.value) and "several lengths" in str(caught.value)
