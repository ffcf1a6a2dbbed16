"""A pad is as good as not there: in passes, scores, gradients and training, whatever is edited."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openwork.data import Dataset
from openwork.engines import AdamW, Engine, OptimiserState, joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Patch, Plan, Set
from openwork.models import ModelSpec, Stack, model_spec, sites_of
from openwork.testing.engine_case import EngineCase, make_case, training_work

PAD, LENGTH = 1, 5
SIZES = dict(n_layers=2, d_model=5, n_heads=2, d_head=3, d_mlp=4, d_vocab=6, n_ctx=8, dtype="float64")
SPECS = {
    "bidirectional": model_spec(attention_dir="bidirectional", pad_token=PAD, **SIZES),
    "causal": model_spec(pad_token=PAD, **SIZES),
}
ENGINES: dict[str, Engine] = {f"native {level}": NativeEngine(1, level) for level in _core.usable_levels()}
ENGINES["torch"] = TorchEngine(1)
PATTERN = "blocks.0.attn.hook_pattern"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@pytest.fixture(params=SPECS)
def spec(request: pytest.FixtureRequest) -> ModelSpec:
    return SPECS[request.param]


def cases(spec: ModelSpec, wide: bool = True) -> tuple[EngineCase, EngineCase]:
    """The same inputs with three pads after them, and without; the spec of the second knows no pads."""
    spec = spec if wide else spec.model_copy(update={"dtype": "float32"})
    case = make_case(spec, seed=6, models=2, inputs=37)
    tokens = np.random.default_rng(0).choice([0, 2, 3, 4, 5], (37, LENGTH)).astype(np.int32)
    source = np.random.default_rng(1).choice([0, 2, 3, 4, 5], (37, LENGTH)).astype(np.int32)
    answers = np.random.default_rng(2).integers(0, 6, (37, 2)).astype(np.int32)
    short = replace(case, dataset=Dataset(tokens, answers, (1, 4), np.arange(37)), source=source, reference=source)
    padded = np.pad(tokens, ((0, 0), (0, 3)), constant_values=PAD)
    padded_source = np.pad(source, ((0, 0), (0, 3)), constant_values=PAD)
    long = replace(short, dataset=replace(short.dataset, tokens=padded), source=padded_source, reference=padded_source)
    plain = spec.model_copy(update={"pad_token": None})
    return long, replace(short, stack=Stack(plain, case.stack.flat))


def test_pads_change_nothing(engine: Engine, spec: ModelSpec):
    """Also behind edits, and in what is captured."""
    plans = [
        Plan(captures=tuple(sites_of(spec))),
        Plan((Set(PATTERN, heads=(0,), units=(0,), value=0.4), Patch("blocks.1.attn.hook_v", (2,))), (PATTERN,)),
    ]
    for plan in plans:
        padded, plain = (
            joined(
                engine.run(
                    case.stack, case.dataset.tokens, plan, graded=(1, 4), sources={"source": case.source}, block=9
                )
            )
            for case in cases(spec)
        )
        np.testing.assert_allclose(padded.logits, plain.logits, rtol=0, atol=1e-12)
        for name, value in padded.captures.items():
            there = tuple(slice(n) for n in plain.captures[name].shape)
            np.testing.assert_allclose(value[there], plain.captures[name], rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("wide", [True, False], ids=["float64", "float32"])
def test_pads_change_no_score_and_no_gradient(engine: Engine, spec: ModelSpec, wide: bool):
    (padded, plain), tolerance = cases(spec, wide), 1e-12 if wide else 1e-5
    one, other = (engine.score(case.stack, case.dataset) for case in (padded, plain))
    assert np.array_equal(one.right, other.right)
    np.testing.assert_allclose(one.loss, other.loss, rtol=0, atol=tolerance)
    found, expected = (engine.gradients(case.stack, case.dataset).weights for case in (padded, plain))
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=0, atol=tolerance, err_msg=name)


def test_pads_change_no_training(engine: Engine, spec: ModelSpec):
    padded, plain = cases(spec)
    after = []
    for case in (padded, plain):
        _, batches = training_work(case, 12, warm=False)
        fresh = OptimiserState.fresh(case.spec, 2)
        after.append(engine.train(case.stack, fresh, batches, AdamW(eps=1e-3)))
    np.testing.assert_allclose(after[0].losses, after[1].losses, rtol=0, atol=1e-10)
    np.testing.assert_allclose(after[0].stack.flat, after[1].stack.flat, rtol=0, atol=1e-10)


def test_a_query_before_whom_all_is_pads_attends_to_nothing(engine: Engine):
    """So that its head writes nothing but the bias, and trains on without becoming NaN."""
    case, _ = cases(SPECS["causal"])
    tokens = case.dataset.tokens.copy()
    tokens[:, :3] = PAD
    dataset, places = replace(case.dataset, tokens=tokens), (PATTERN, "blocks.0.attn.hook_z", "blocks.0.hook_attn_out")
    found = joined(engine.run(case.stack, tokens, Plan(captures=places), graded=(1, 4))).captures
    assert not found[PATTERN][..., :3].any() and not found[PATTERN][..., :3, :].any()
    np.testing.assert_allclose(found[PATTERN][:, :, :, 3:].sum(-1), 1, rtol=0, atol=1e-12)
    assert not found[places[1]][:, :, :3].any()
    bias = case.stack.named()["blocks.0.attn.b_O"][:, None, None]
    np.testing.assert_allclose(found[places[2]][:, :, :3], np.broadcast_to(bias, (2, 37, 3, 5)), rtol=0, atol=1e-15)
    weights = engine.gradients(case.stack, dataset).weights
    (at_sites,) = engine.gradients_at(case.stack, dataset, sites=tuple(sites_of(case.spec)))
    assert all(np.isfinite(array).all() for array in (*weights.values(), *at_sites.gradients.values()))


def test_which_keys_are_pads_depends_on_the_tokens_alone(engine: Engine, spec: ModelSpec):
    """A patched pattern is masked by the inputs' own pads, not by those of its source."""
    case, _ = cases(spec)
    source = case.source.copy()
    source[:, 1] = PAD
    plan = Plan((Patch(PATTERN),), (PATTERN,))
    found = joined(engine.run(case.stack, case.dataset.tokens, plan, graded=(4,), sources={"source": source}))
    given = joined(engine.run(case.stack, source, Plan(captures=(PATTERN,)), graded=(4,))).captures[PATTERN]
    assert not found.captures[PATTERN][..., 1].any() and not found.captures[PATTERN][..., LENGTH:].any()
    np.testing.assert_allclose(found.captures[PATTERN], given, rtol=0, atol=1e-12)
