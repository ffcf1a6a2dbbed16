"""Native against PyTorch on random models, at every SIMD level that this machine runs: the conformance kit at work.

What "agrees" means stands in openwork/testing/engine_kit.py: within 1e-5 (float32) or 1e-10 (float64) of an array's
largest number, and ten times the oracle's own rounding error on top. OPENWORK_SPECS sets how many specs of each type
there are; `scripts/night` takes 200.
"""

from __future__ import annotations

import os
from functools import partial

import pytest
from hypothesis import given, settings

from openwork.engines import Engine
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.models import ModelSpec, model_spec
from openwork.testing import check_engine, check_training
from openwork.testing.specs import OPTIONS, seeds, specs

from .conftest import Remembering

LEVELS = _core.usable_levels()
SPECS = int(os.environ.get("OPENWORK_SPECS", "10"))
STEADY = settings(derandomize=True, deadline=None, database=None)

PLAIN = dict(n_layers=1, d_model=4, n_heads=2, d_head=3, d_mlp=5, d_vocab=5, n_ctx=6)
AWKWARD = {
    "no layer": PLAIN | dict(n_layers=0),
    "one of everything": dict(n_layers=1, d_model=1, n_heads=1, d_head=1, d_mlp=1, d_vocab=1, n_ctx=1),
    "one answer": PLAIN | dict(d_vocab_out=1, act_fn="silu"),
    "wider than any tile": dict(n_layers=1, d_model=33, n_heads=3, d_head=17, d_mlp=35, d_vocab=9, n_ctx=13),
    "large eps": PLAIN | dict(eps=2.0, normalization_type="RMSPre", act_fn="gelu"),
    "sharp attention": PLAIN | dict(attn_scale=0.02, attention_dir="bidirectional"),
}


def make_native(level: str, threads: int) -> NativeEngine:
    return NativeEngine(threads, level)


def drawn(count: int) -> list[tuple[ModelSpec, int]]:
    """The first specs and seeds that Hypothesis draws: each is a test of its own, for any worker to take."""
    found: list[tuple[ModelSpec, int]] = []

    @settings(STEADY, max_examples=count)
    @given(specs(), seeds())
    def draw(spec: ModelSpec, seed: int) -> None:
        found.append((spec, seed))

    draw()
    return found


DRAWN = drawn(SPECS)


def in_both_dtypes(spec: ModelSpec) -> tuple[ModelSpec, ModelSpec]:
    """What PyTorch says in one tells its error in the other: so each is asked once for both."""
    single, double = (spec.model_copy(update={"dtype": dtype}) for dtype in ("float32", "float64"))
    return single, double


@pytest.mark.parametrize(("spec", "seed"), DRAWN, ids=range(len(DRAWN)))
def test_native_agrees_with_torch(spec: ModelSpec, seed: int):
    oracle = Remembering()
    for one in in_both_dtypes(spec):
        for level in LEVELS:
            check_engine(partial(make_native, level), oracle, one, seed)


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("level", LEVELS)
def test_native_agrees_on_awkward_sizes(level: str, name: str, oracle: Engine):
    dtype = "float64" if level == "portable" else "float32"
    check_engine(partial(make_native, level), oracle, model_spec(**AWKWARD[name], dtype=dtype), seed=5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_keeps_the_contract_too(dtype: str):
    check_engine(TorchEngine, NativeEngine(1), model_spec(**PLAIN, dtype=dtype), seed=7)


@pytest.mark.parametrize(("spec", "seed"), DRAWN[: 1 + SPECS // 10], ids=range(1 + SPECS // 10))
def test_two_hundred_steps_agree(spec: ModelSpec, seed: int):
    oracle = Remembering()
    for one in in_both_dtypes(spec):
        for level in LEVELS:
            check_training(NativeEngine(1, level), oracle, one, seed)


def test_random_specs_have_every_choice_among_them():
    sixty = [spec for spec, _ in drawn(60)]
    for name, values in OPTIONS.items():
        assert len({getattr(spec, name) for spec in sixty}) >= min(len(set(values)), 5), name
