"""The core's balls hold the true numbers: against Arb at 200 bits, on random models, at every SIMD level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.data import Dataset
from openwork.engines.native import NativeEngine, _core
from openwork.engines.native.enclosure import enclose
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import EngineError
from openwork.models import ModelSpec, Stack, initial_stack, model_spec, n_params
from openwork.proofs.closer import lead
from openwork.tasks import UNASKED
from openwork.testing.specs import seeds, specs

LEVELS = _core.usable_levels()
STEADY = settings(derandomize=True, deadline=None, database=None)
PLAIN = dict(n_layers=1, d_model=4, n_heads=2, d_head=3, d_mlp=5, d_vocab=5, n_ctx=6)


def drawn(spec: ModelSpec, seed: int, inputs: int, size: float | None = None) -> tuple[Stack, Dataset]:
    """Random weights of this size, or of one of three, and random questions with random answers."""
    draw = np.random.default_rng(seed)
    flat = draw.normal(0, size or draw.choice([0.3, 1.0, 3.0]), (1, n_params(spec))).astype(spec.dtype)
    tokens = draw.integers(0, spec.d_vocab, (inputs, spec.n_ctx)).astype(np.int32)
    graded = tuple(sorted({int(g) for g in draw.integers(0, spec.n_ctx, 2)}))
    answers = draw.integers(0, spec.d_vocab_out, (inputs, len(graded))).astype(np.int32)
    return Stack(spec, flat), Dataset(tokens, answers, graded, np.arange(inputs))


@settings(STEADY, max_examples=60)
@given(specs(), seeds())
def test_bounds_hold_the_true_lead(spec: ModelSpec, seed: int):
    stack, data = drawn(spec, seed, 3)
    bounds = enclose(NativeEngine(1), stack, data)
    weights = {name: array[0] for name, array in stack.named().items()}
    for row in range(len(data)):
        low, high = lead(spec, weights, data.tokens[row], data.graded, data.answers[row], 200)
        assert bounds.lower[row] <= high and low <= bounds.upper[row]
        if np.isfinite(low):
            assert high - low < 1e-12 * max(1, abs(high))
            assert bounds.lower[row] <= low and high <= bounds.upper[row]


@settings(STEADY, max_examples=40)
@given(specs(), seeds(), st.booleans())
def test_bounds_hold_where_answers_are_sets_or_not_all_wanted(spec: ModelSpec, seed: int, sets: bool):
    stack, plain = drawn(spec, seed, 3)
    draw = np.random.default_rng(seed)
    answers = draw.integers(0, 2**spec.d_vocab_out, plain.answers.shape) if sets else plain.answers
    answers = np.where(draw.uniform(size=answers.shape) < 0.3, UNASKED, answers).astype(np.int32)
    data = replace(plain, answers=answers, sets=sets)
    bounds = enclose(NativeEngine(1), stack, data)
    weights = {name: array[0] for name, array in stack.named().items()}
    for row in range(len(data)):
        low, high = lead(spec, weights, data.tokens[row], data.graded, answers[row], 200, sets)
        assert bounds.lower[row] <= high and low <= bounds.upper[row]
        if np.isfinite(low):
            assert bounds.lower[row] <= low and high <= bounds.upper[row]


@settings(STEADY, max_examples=20)
@given(specs(), seeds(), st.integers(1, 30))
def test_every_level_and_number_of_threads_gives_the_same_bits(spec: ModelSpec, seed: int, inputs: int):
    stack, data = drawn(spec, seed, inputs)
    first, *others = (enclose(NativeEngine(threads, level), stack, data) for level in LEVELS for threads in (1, 2))
    for other in others:
        for name in ("lower", "upper", "radius"):
            np.testing.assert_array_equal(getattr(first, name), getattr(other, name))


@pytest.mark.parametrize("act_fn", ["relu", "gelu", "gelu_new", "silu"])
def test_balls_are_small(act_fn: str):
    """So small that the bounds say something: two layers of an ordinary model."""
    stack, data = drawn(model_spec(**PLAIN | dict(act_fn=act_fn, n_layers=2, d_mlp=16)), 1, 50, size=0.5)
    bounds = enclose(NativeEngine(1), stack, data)
    assert bounds.radius.max() < 1e-8 and (bounds.upper - bounds.lower).max() < 1e-8


def test_the_midst_is_what_pytorch_says_in_float64():
    spec = model_spec(**PLAIN, dtype="float64")
    stack, data = drawn(spec, 3, 40)
    bounds = enclose(NativeEngine(1), stack, data)
    margin = min(float(TorchEngine(1).score(stack, data.take(np.array([row]))).margin[0]) for row in range(len(data)))
    assert bounds.lower.min() - 1e-9 < margin < bounds.upper.min() + 1e-9


def test_what_overflows_is_not_proved():
    spec = model_spec(**PLAIN, dtype="float64")
    _, data = drawn(spec, 4, 5)
    bounds = enclose(NativeEngine(1), Stack(spec, np.full((1, n_params(spec)), 1e200)), data)
    assert not (bounds.lower > 0).any() and not (bounds.upper <= 0).any()


def test_one_model_at_a_time():
    spec = model_spec(**PLAIN)
    _, data = drawn(spec, 5, 2)
    with pytest.raises(EngineError, match="one model"):
        enclose(NativeEngine(1), initial_stack(spec, [0, 1]), data)
