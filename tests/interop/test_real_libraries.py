"""Models go to the real TransformerLens and come back: logits agree within 1e-5 on the whole model family.

`scripts/interop` runs this in an environment with version 3.9 and in one with version 4; elsewhere it is skipped.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from openwork.data import draw
from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.interop import imported_model, read_checkpoint
from openwork.interop.export import export_model, how_to_load
from openwork.interop.live import from_live, to_live
from openwork.interop.targets import Target
from openwork.models import ModelSpec, Stack, model_spec
from openwork.tasks import Tokens, make_task
from openwork.testing.engine_case import make_case

if importlib.util.find_spec("transformer_lens") is None:
    pytest.skip("TransformerLens is not installed here: scripts/interop runs this", allow_module_level=True)

warnings.filterwarnings("ignore")
VERSION = int(importlib.metadata.version("transformer-lens").split(".")[0])
TOLERANCE = 1e-5
CASES = Path(__file__).parents[3] / "shared" / "cases"
PUBLIC = {
    "palindrome": "palindrome",
    "first_unique_char": "first-unique",
    "cumsum_sign": "running-sum-sign",
    "brackets": "balanced-brackets",
}
"""files of others, beside the checkout, and what their models do"""
NORMS = ("LN", "LNPre", "RMS", "RMSPre", None)
ACTIVATIONS = ("relu", "gelu", "gelu_new", "silu", None)


def specs() -> list[ModelSpec]:
    """Every norm with every activation (None: attention only) in both directions; scale and dtype go round."""
    found = []
    for norm in NORMS:
        for act in ACTIVATIONS:
            for direction in ("causal", "bidirectional"):
                n = len(found)
                mlp = dict(attn_only=True) if act is None else dict(d_mlp=5, act_fn=act)
                sizes = dict(n_layers=2, d_model=8, n_heads=2, d_head=3, d_vocab=7, d_vocab_out=4, n_ctx=6)
                choices = dict(attn_scale=(None, 1.0, 2.5)[n % 3], dtype=("float32", "float64")[n % 2])
                found.append(model_spec(**sizes, **mlp, **choices, normalization_type=norm, attention_dir=direction))
    return found


def ours(stack: Stack, tokens: Tokens) -> np.ndarray:
    return joined(NativeEngine(1).run(stack, tokens, graded=tuple(range(tokens.shape[1])))).logits[0]


@pytest.mark.parametrize("number", range(len(specs())))
def test_there_and_back(number: int):
    case = make_case(specs()[number], seed=number, models=1, inputs=20)
    tokens, expected = case.dataset.tokens, ours(case.stack, case.dataset.tokens)
    model = to_live(case.stack)
    with torch.no_grad():
        found = model(torch.tensor(tokens.astype(np.int64))).numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(ours(from_live(model).stack, tokens), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("direction", ["causal", "bidirectional"])
def test_pads_are_masked(direction: str):
    spec = model_spec(n_layers=2, d_model=8, n_heads=2, d_head=4, d_mlp=5, d_vocab=7, n_ctx=6, pad_token=0)
    spec = spec.model_copy(update={"attention_dir": direction})
    case = make_case(spec, seed=5, models=1, inputs=30)
    tokens = np.where(np.arange(6) < 2, np.maximum(case.dataset.tokens[:, :1], 1), 0).astype(np.int32)
    tokens[:, 2:4] = 3
    mask = {"attention_mask": torch.tensor(tokens != 0).long()} if VERSION >= 4 else {}
    with torch.no_grad():
        found = to_live(case.stack)(torch.tensor(tokens.astype(np.int64)), **mask).numpy()
    seen = tokens[0] != 0
    np.testing.assert_allclose(found[:, seen], ours(case.stack, tokens)[:, seen], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(("name", "task"), PUBLIC.items())
def test_the_public_models_there_and_back(name: str, task: str):
    """In float64: in float32 they round by more than the tolerance, in TransformerLens too; see docs/log.md."""
    path = CASES / f"{name}.pt"
    if not path.exists():
        pytest.skip(f"there is no {path}: the models are not part of the project")
    questions = draw(make_task(task), 256)
    found = imported_model(read_checkpoint(path), {}, make_task(task), questions).stack
    stack = Stack(found.spec.model_copy(update={"dtype": "float64"}), found.flat.astype(np.float64))
    tokens, graded = torch.tensor(questions.tokens.astype(np.int64)), list(questions.graded)
    pads = found.spec.pad_token
    mask = {"attention_mask": (tokens != pads).long()} if VERSION >= 4 and pads is not None else {}
    model = to_live(stack)
    with torch.no_grad():
        theirs = model(tokens, **mask).numpy()
    expected = ours(stack, questions.tokens)[:, graded]
    np.testing.assert_allclose(theirs[:, graded], expected, rtol=0, atol=TOLERANCE)
    back = from_live(model, pads).stack
    np.testing.assert_allclose(ours(back, questions.tokens)[:, graded], expected, rtol=0, atol=TOLERANCE)


def test_the_lines_that_an_export_prints_load_it(tmp_path: Path):
    """The real model's own state dict takes what is written, name for name."""
    target: Target = "transformer-lens-4" if VERSION >= 4 else "transformer-lens-3"
    spec = model_spec(n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16, d_vocab=5, n_ctx=17)
    case = make_case(spec, seed=1, models=1, inputs=9)
    path = tmp_path / "model.safetensors"
    export_model(case.stack, target, path)
    lines = how_to_load(target, path) + "\n".join(
        [
            "",
            "import torch",
            f"tokens = torch.tensor(json.loads({json.dumps(case.dataset.tokens.tolist())!r}))",
            "print('logits', json.dumps(model.eval()(tokens).tolist()))",
        ]
    )
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = next(line for line in done.stdout.splitlines() if line.startswith("logits"))
    found = np.array(json.loads(said.removeprefix("logits ")))
    np.testing.assert_allclose(found, ours(case.stack, case.dataset.tokens), rtol=0, atol=TOLERANCE)
