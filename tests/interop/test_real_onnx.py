"""Files of ONNX give our logits in onnxruntime, at any number of inputs and positions.

`scripts/interop` runs this in an environment with onnx, onnxscript and onnxruntime; elsewhere it is skipped.
"""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.interop import export_model
from openwork.models import model_spec
from openwork.testing.engine_case import make_case

if missing := [n for n in ("torch", "onnx", "onnxscript", "onnxruntime") if importlib.util.find_spec(n) is None]:
    pytest.skip(f"{', '.join(missing)} is not installed here: scripts/interop runs this", allow_module_level=True)

import onnxruntime

warnings.filterwarnings("ignore")
SIZES = dict(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=7, d_vocab_out=4, n_ctx=8)
CASES = {
    "as usual": {},
    "gelu, LNPre": dict(act_fn="gelu", normalization_type="LNPre"),
    "gelu_new, RMS": dict(act_fn="gelu_new", normalization_type="RMS"),
    "silu, RMSPre": dict(act_fn="silu", normalization_type="RMSPre"),
    "no norm, both directions": dict(normalization_type=None, attention_dir="bidirectional"),
    "pads": dict(pad_token=0),
    "pads, both directions": dict(pad_token=0, attention_dir="bidirectional"),
    "no positions, attention only": dict(positional_embedding_type="none", attn_only=True, d_mlp=0, attn_scale=0.7),
    "one position": dict(n_ctx=1),
    "float64": dict(dtype="float64"),
}


@pytest.mark.parametrize("name", CASES)
def test_logits_are_ours(name: str, tmp_path: Path):
    spec = model_spec(**SIZES | CASES[name])
    case = make_case(spec, seed=1, models=1, inputs=9)
    [path] = export_model(case.stack, "onnx", tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for n_pos in sorted({1, min(3, spec.n_ctx), spec.n_ctx}):
        for n in (1, 5):
            tokens = np.random.default_rng(n_pos).integers(spec.d_vocab, size=(n, n_pos)).astype(np.int32)
            (found,) = session.run(None, {"tokens": tokens.astype(np.int64)})
            expected = joined(NativeEngine(1).run(case.stack, tokens, graded=tuple(range(n_pos)))).logits[0]
            np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * max(1.0, np.abs(expected).max()))
