"""Out again: plain PyTorch, GPT-2's layout, ONNX. Equal logits, and what cannot be is refused with every reason."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings

import openwork as ow
from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import CheckpointError, EngineError
from openwork.interop import TARGETS, export_model, how_to_load, imported_model, onnx_file, plain_torch, read_checkpoint
from openwork.interop.targets import misfits
from openwork.models import Stack, model_spec, stack_of
from openwork.testing.agreement import finer, own_error, require_near
from openwork.testing.engine_case import EngineCase, make_case
from openwork.testing.specs import seeds, specs

SPEC = dict(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=7, n_ctx=8)
SOURCE = Path(plain_torch.__code__.co_filename).with_name("torch_model.py")


def ours(stack: Stack, tokens: np.ndarray) -> np.ndarray:
    return joined(NativeEngine(1).run(stack, tokens, graded=tuple(range(tokens.shape[1])))).logits[0]


def assert_near(found: np.ndarray, expected: np.ndarray):
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=0, atol=scale * (1e-12 if expected.dtype == np.float64 else 2e-5))


def without_bias(stack: Stack, tied: bool = False) -> Stack:
    named = {name: np.array(array) for name, array in stack.named().items()}
    named["unembed.b_U"][:] = 0
    if tied:
        named["unembed.W_U"] = named["embed.W_E"].swapaxes(1, 2)
    return stack_of(stack.spec, named)


def theirs(stack: Stack, tokens: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return plain_torch(stack)(torch.tensor(tokens.astype(np.int64))).numpy()


def by_the_oracle(case: EngineCase) -> np.ndarray:
    return joined(TorchEngine(1).run(case.stack, case.dataset.tokens, graded=tuple(range(case.n_pos)))).logits[0]


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(spec=specs(), seed=seeds())
def test_plain_torch_gives_the_logits_of_every_spec(spec, seed):
    case = make_case(spec, seed=seed, models=1, inputs=13)
    double, error = case.in_other_dtype(), own_error(by_the_oracle, case)
    for run in (theirs, ours):
        require_near("float32", run(case.stack, case.dataset.tokens), by_the_oracle(double), error)
        require_near("float64", run(double.stack, case.dataset.tokens), by_the_oracle(double), finer("float64") * error)


def test_a_module_in_float64_and_gradients_where_everything_is_hidden():
    case = make_case(model_spec(**SPEC, dtype="float64", pad_token=0), seed=1, models=1, inputs=9)
    model, tokens = plain_torch(case.stack), torch.zeros((2, 5), dtype=torch.int64)
    model(tokens).sum().backward()
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters() if weight.grad is not None)
    with torch.no_grad():
        assert_near(model(tokens).numpy(), ours(case.stack, np.zeros((2, 5), np.int32)))


def test_the_source_is_about_a_page_and_needs_nothing_of_ours():
    text = SOURCE.read_text(encoding="utf-8")
    names = [
        name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]
    assert {name.split(".")[0] for name in names} == {"__future__", "torch"}
    assert len(text.splitlines()) < 110


def test_a_run_and_an_opened_model_are_modules(tmp_path):
    stack = make_case(model_spec(**SPEC), seed=2, models=1).stack
    export_model(stack, "safetensors", tmp_path / "m.safetensors")
    module = ow.to_torch(ow.open_model(tmp_path / "m.safetensors"))
    tokens = np.array([[0, 3, 6]], np.int32)
    with torch.no_grad():
        assert_near(module(torch.tensor(tokens.astype(np.int64))).numpy(), ours(stack, tokens))
    assert not module.training


def test_the_files_of_torch_load_without_this_project_and_come_in_again(tmp_path):
    case = make_case(model_spec(**SPEC, attn_scale=1.0), seed=3, models=1, inputs=5)
    path = tmp_path / "32bf-model.safetensors"
    written = export_model(case.stack, "torch", path)
    assert [file.name for file in written] == [path.name, "32bf-model.json", "model_32bf_model.py"]
    code = how_to_load("torch", path) + (
        f"\nimport sys, torch\nprint(json.dumps(model.eval()(torch.tensor({case.dataset.tokens.tolist()})).tolist()))\n"
        "assert not any(name.startswith('openwork') for name in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert_near(np.array(json.loads(done.stdout), np.float32), ours(case.stack, case.dataset.tokens))
    back = imported_model(read_checkpoint(written[0]), {}).stack
    assert_near(ours(back, case.dataset.tokens), ours(case.stack, case.dataset.tokens))


@pytest.mark.parametrize("norm", ["LN", "LNPre"])
@pytest.mark.parametrize("act", ["relu", "gelu", "gelu_new", "silu"])
@pytest.mark.parametrize(("head", "scale"), [("tied", None), ("untied", 1.0), ("labels", 2.5)])
def test_gpt2_and_back(norm, act, head, scale, tmp_path):
    fields = SPEC | dict(normalization_type=norm, act_fn=act, attn_scale=scale, eps=1e-3)
    if head == "labels":
        fields["d_vocab_out"] = 4
    case = make_case(model_spec(**fields), seed=4, models=1, inputs=11)
    stack = case.stack if head == "labels" else without_bias(case.stack, tied=head == "tied")
    written = export_model(stack, "gpt2", tmp_path / "gpt2")
    assert [path.name for path in written] == ["model.safetensors", "config.json"]
    found = imported_model(read_checkpoint(tmp_path / "gpt2"), {})
    assert found.dialect == "GPT-2"
    assert_near(ours(found.stack, case.dataset.tokens), ours(stack, case.dataset.tokens))
    config = json.loads((tmp_path / "gpt2" / "config.json").read_text())
    assert config["tie_word_embeddings"] == (head == "tied") and config["scale_attn_weights"] == (scale != 1.0)


def test_what_gpt2_cannot_be_is_refused_with_every_reason(tmp_path):
    fields = SPEC | dict(d_head=2, normalization_type="RMS", attention_dir="bidirectional", pad_token=0)
    fields |= dict(positional_embedding_type="none", attn_only=True, d_mlp=0)
    stack = make_case(model_spec(**fields), seed=5, models=1).stack
    with pytest.raises(CheckpointError) as caught:
        export_model(stack, "gpt2", tmp_path / "gpt2")
    told = [reason.where for reason in caught.value.reasons]
    assert told == [
        *("positional_embedding_type", "normalization_type", "attention_dir", "attn_only", "n_heads, d_head"),
        "pad_token",
    ]
    assert not (tmp_path / "gpt2").exists()
    for target in TARGETS:
        assert bool(misfits(stack.spec, target)) == (target not in ("torch", "onnx", "safetensors"))


def test_onnx_says_what_it_needs(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxscript" else name)
    with pytest.raises(EngineError, match=r"openwork\[onnx\]"):
        onnx_file.onnx_file(make_case(model_spec(**SPEC), seed=6, models=1).stack)
