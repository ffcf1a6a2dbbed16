"""GPT-2 checkpoints that `transformers` wrote give the logits that `transformers` gives.

`scripts/interop` runs this in an environment with transformers; elsewhere it is skipped. The random models hold every
option of `GPT2Config` that the model family has.
"""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.interop import imported_model, read_checkpoint
from openwork.models import Stack

if importlib.util.find_spec("transformers") is None:
    pytest.skip("transformers is not installed here: scripts/interop runs this", allow_module_level=True)

import transformers

warnings.filterwarnings("ignore")
CASES = Path(__file__).parents[3] / "shared" / "cases" / "drasp"
TOLERANCE = {"float32": 3e-5, "float64": 1e-12}
"""of a logit, in units of the largest; the public models' are as large as 60"""
PUBLIC = sorted(path.parent.name for path in CASES.glob("*/config.json"))
SIZES = dict(n_layer=2, n_embd=12, n_head=3, vocab_size=7, n_positions=9)
OPTIONS: dict[str, dict[str, Any]] = {
    "as GPT-2 is": {},
    "one head": dict(n_head=1),
    "no scale": dict(scale_attn_weights=False),
    "relu": dict(activation_function="relu"),
    "exact gelu": dict(activation_function="gelu"),
    "gelu by tanh": dict(activation_function="gelu_pytorch_tanh"),
    "silu": dict(activation_function="silu"),
    "narrow MLP": dict(n_inner=5),
    "large eps": dict(layer_norm_epsilon=0.1),
    "untied": dict(tie_word_embeddings=False),
    "scores in float32": dict(reorder_and_upcast_attn=True),
    "no layers": dict(n_layer=0),
}


def in_float64(stack: Stack) -> Stack:
    return Stack(stack.spec.model_copy(update={"dtype": "float64"}), stack.flat.astype(np.float64))


def difference(folder: Path, model: torch.nn.Module, tokens: np.ndarray, dtype: str) -> float:
    """The largest of any logit, in units of the largest, with the model imported from the folder."""
    stack = imported_model(read_checkpoint(folder), {}).stack
    stack = in_float64(stack) if dtype == "float64" else stack
    with torch.no_grad():
        theirs = model.to(getattr(torch, dtype)).eval()(torch.tensor(tokens.astype(np.int64))).logits.numpy()
    ours = joined(NativeEngine(1).run(stack, tokens, graded=tuple(range(tokens.shape[1])))).logits[0]
    return float(np.abs(ours - theirs).max() / max(1.0, np.abs(theirs).max()))


def random_model(kind: type, **options: Any) -> torch.nn.Module:
    """Weights so large that attention and norms matter, biases and norms among them."""
    torch.manual_seed(3)
    model = kind(transformers.GPT2Config(**SIZES | dict(attn_implementation="eager") | options))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.5 * torch.randn(weight.shape))
    return model


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", OPTIONS)
def test_random_models_give_their_logits(name: str, dtype: str, tmp_path: Path):
    if (name, dtype) == ("scores in float32", "float64"):
        pytest.skip("transformers has no such model: it raises")
    model = random_model(transformers.GPT2LMHeadModel, **OPTIONS[name]).to(getattr(torch, dtype))
    model.save_pretrained(tmp_path)
    tokens = np.random.default_rng(0).integers(7, size=(40, 9)).astype(np.int32)
    assert difference(tmp_path, model, tokens, dtype) < TOLERANCE[dtype]


def test_a_head_that_names_classes_gives_its_logits(tmp_path: Path):
    model = random_model(transformers.GPT2ForTokenClassification, num_labels=4)
    model.save_pretrained(tmp_path)
    tokens = np.random.default_rng(0).integers(7, size=(40, 9)).astype(np.int32)
    assert difference(tmp_path, model, tokens, "float64") < TOLERANCE["float64"]


def test_positions_from_an_offset(tmp_path: Path):
    model = random_model(transformers.GPT2LMHeadModel).double().eval()
    model.save_pretrained(tmp_path)
    tokens = np.random.default_rng(0).integers(7, size=(40, 5)).astype(np.int32)
    stack = in_float64(imported_model(read_checkpoint(tmp_path), {"position_offset": 4}).stack)
    with torch.no_grad():
        places = torch.arange(4, 9)[None]
        theirs = model(torch.tensor(tokens.astype(np.int64)), position_ids=places).logits.numpy()
    ours = joined(NativeEngine(1).run(stack, tokens, graded=range(5))).logits[0]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_models_give_their_logits(name: str, dtype: str):
    folder = CASES / name
    model = transformers.GPT2LMHeadModel.from_pretrained(folder, attn_implementation="eager")
    config = model.config
    tokens = np.random.default_rng(0).integers(config.vocab_size, size=(64, min(config.n_positions, 60)))
    assert difference(folder, model, tokens.astype(np.int32), dtype) < TOLERANCE[dtype]


def test_the_public_models_are_there():
    if not CASES.is_dir():
        pytest.skip(f"there is no {CASES}: the models are not part of the project")
    assert len(PUBLIC) == 19
