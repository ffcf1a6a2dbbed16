"""Weights that are huge or not a number: scores call the model wrong, training says at which step it ended."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data import Dataset
from openwork.engines import NO_ANSWER, AdamW, Batches, Engine, OptimiserState
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Linearise, Plan
from openwork.models import Stack, model_spec, n_params, named_views
from openwork.testing.engine_case import make_case, training_work

SPEC = model_spec(n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=6, d_vocab=5, n_ctx=6)
ENGINES: dict[str, Engine] = {f"native {level}": NativeEngine(2, level) for level in _core.usable_levels()}
ENGINES["torch"] = TorchEngine(2)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@pytest.fixture(params=["float32", "float64"])
def case(request: pytest.FixtureRequest):
    return make_case(SPEC.model_copy(update={"dtype": request.param}), seed=1, models=3, inputs=20)


def spoilt(stack: Stack, name: str, value: float, model: int = 1) -> Stack:
    """One number of one weight of one model changed."""
    flat = stack.flat.copy()
    named_views(stack.spec, flat)[name].reshape(len(stack), -1)[model, 0] = value
    return Stack(stack.spec, flat)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["pos_embed.W_pos", "blocks.0.attn.W_Q", "blocks.0.mlp.b_in", "unembed.b_U"])
def test_a_spoilt_model_is_wrong_and_its_neighbours_are_not_touched(engine: Engine, case, name: str, value: float):
    sound = engine.score(case.stack, case.dataset)
    scores = engine.score(spoilt(case.stack, name, value), case.dataset)
    for array, before in zip(vars(scores).values(), vars(sound).values(), strict=True):
        if isinstance(array, np.ndarray):
            assert np.array_equal(array[[0, 2]], before[[0, 2]])
    if np.isnan(value) and name == "pos_embed.W_pos":
        assert scores.sequences[1] == 0 and scores.margin[1] == -np.inf and np.isnan(scores.loss[1])
    if np.isnan(value) and name == "unembed.b_U":
        assert not scores.right[1].any() and np.isnan(scores.loss[1])


def test_engines_agree_on_what_a_spoilt_model_gets_right(case):
    """Where nothing is masked: behind a mask, PyTorch multiplies NaN by 0 and native does not look.

    Infinite weights are left out: native folds a norm's weights into the next layer, where infinity times 0 is NaN.
    """
    spec = case.spec.model_copy(update={"attention_dir": "bidirectional"})
    case = case.with_stack(Stack(spec, case.stack.flat))
    for value in (np.nan, 1e18, -1e18):
        for name in case.stack.named():
            stack = spoilt(case.stack, name, value)
            oracle = ENGINES["torch"].score(stack, case.dataset)
            for level, engine in ENGINES.items():
                found = engine.score(stack, case.dataset)
                assert np.array_equal(found.right, oracle.right), (level, name, value)
                assert np.array_equal(np.isfinite(found.loss), np.isfinite(oracle.loss)), (level, name, value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_answers_whose_logits_are_not_numbers_are_wrong_and_counted(engine: Engine, case, value: float):
    """A logit is spoilt where token 2 is at the graded position: elsewhere the model answers as before."""
    spec = case.spec.model_copy(update={"n_layers": 0, "normalization_type": None, "positional_embedding_type": "none"})
    flat = np.zeros((2, n_params(spec)), spec.dtype)
    named = named_views(spec, flat)
    named["embed.W_E"][:, range(5), [0, 1, 2, 3, 3]] = 1
    named["unembed.W_U"][:] = np.eye(4, 5)
    named["unembed.W_U"][1, 2, 4] = value  # model 1; of the wrong answer 4, where the token is 2
    tokens = np.tile(np.arange(4, dtype=np.int32), 6)[:, None]
    dataset = Dataset(tokens, tokens.copy(), (0,), np.arange(24))
    stack = Stack(spec, flat)
    scores = engine.score(stack, dataset)
    assert scores.right[0].tolist() == [24] and scores.not_numbers.tolist()[0] == 0
    [trace] = engine.run(stack, tokens, graded=(0,))
    finite = np.isfinite(trace.logits).all(axis=-1)
    assert scores.not_numbers[1] == (~finite[1]).sum() > 0
    assert scores.right[1, 0] == (finite[1, :, 0] & (trace.answers[1, :, 0] == tokens[:, 0])).sum()
    assert (trace.answers[1, :, 0] == NO_ANSWER).sum() == scores.not_numbers[1]
    assert scores.margin[1] == -np.inf and trace.not_numbers.tolist() == scores.not_numbers.tolist()


def test_huge_weights_are_scored(engine: Engine, case):
    huge = Stack(case.spec, (case.stack.flat * np.finfo(case.spec.dtype).max ** 0.5).astype(case.spec.dtype))
    scores = engine.score(huge, case.dataset)
    assert (scores.right >= 0).all() and (scores.right <= scores.inputs).all()
    assert not np.isposinf(scores.margin).any()


def test_training_ends_at_the_step_where_a_loss_is_not_finite(engine: Engine, case):
    state, batches = training_work(case, 6, warm=False)
    for blow in range(5):
        rates = batches.rates.copy()
        rates[1, blow] = np.inf
        after = engine.train(case.stack, state, Batches(batches.dataset, batches.order, 8, rates), AdamW())
        assert np.isfinite(after.losses).sum(axis=1).tolist() == [6, blow + 1, 6]
        assert after.state.step.tolist() == [6, blow + 1, 6]


def test_training_a_model_of_nan_takes_no_step(engine: Engine, case):
    state, batches = training_work(case, 3, warm=False)
    stack = spoilt(case.stack, "unembed.b_U", np.nan)
    after = engine.train(stack, state, batches, AdamW())
    assert np.isnan(after.losses[1]).all() and after.state.step.tolist() == [3, 0, 3]
    assert after.stack.flat[1].tobytes() == stack.flat[1].tobytes()


def test_a_gradient_that_is_not_finite_ends_training_too(engine: Engine, case):
    """The loss is finite, the gradient of the last norm overflows."""
    flat = np.zeros_like(case.stack.flat)
    named = named_views(case.spec, flat)
    # the stream is the same in all dimensions, so logits are 0 after the norm; their slope is all that is large
    named["embed.W_E"][:] = 1
    named["ln_final.w"][:] = 1
    named["unembed.W_U"][:] = np.finfo(case.spec.dtype).max / 2
    named["unembed.W_U"][..., ::2] *= -1
    named["unembed.W_U"][:, ::2] *= -1
    stack = Stack(case.spec, flat)
    found = engine.gradients(stack, case.dataset)
    assert np.isfinite(found.loss).all() and not np.isfinite(found.weights["embed.W_E"]).all()
    _, batches = training_work(case, 2, warm=False)
    after = engine.train(stack, OptimiserState.fresh(case.spec, 3), batches, AdamW())
    assert np.isnan(after.losses).all() and not after.state.step.any()


def test_an_affine_map_of_values_that_are_not_numbers_is_wrong_and_its_neighbours_are_not_touched(engine: Engine, case):
    affine = Plan((Linearise("blocks.0.mlp"),))
    sound = engine.score(case.stack, case.dataset, affine)
    scores = engine.score(spoilt(case.stack, "blocks.0.mlp.b_in", np.nan), case.dataset, affine)
    assert not scores.right[1].any()
    np.testing.assert_array_equal(scores.right[[0, 2]], sound.right[[0, 2]])
