"""A seed gives the same bits: with any number of threads, alone or in a stack, in one call or in many, at any place
in a block. Sizes lie around the borders of lanes, chunks (1024 inputs, native) and pieces (4096 tokens, torch)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest

from openwork.data import Dataset
from openwork.engines import AdamW, Batches, Engine, OptimiserState, Trained, joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Mean, Patch, Plan, Resample
from openwork.models import Stack, model_spec
from openwork.testing.engine_case import EngineCase, make_case, training_work

LEVELS = _core.usable_levels()
SPEC = model_spec(n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=6, d_vocab=5, n_ctx=6)
WIDE = SPEC.model_copy(update={"dtype": "float64"})
PLAN = Plan(
    (Resample("blocks.0.attn.hook_z", heads=(1,)), Mean("blocks.0.mlp", (1,)), Patch("blocks.1.attn.hook_v", (0,))),
    ("blocks.1.attn.hook_pattern",),
)

SITES = ("blocks.0.attn.hook_q", "blocks.1.attn.hook_pattern", "hook_embed")


def first(case: EngineCase, inputs: int) -> EngineCase:
    """The same case with so many inputs, repeated where there are too few."""
    rows = np.arange(inputs) % len(case.dataset)
    return EngineCase(case.seed, case.stack, case.dataset.take(rows), case.source[rows], case.reference)


def arrays(engine: Engine, case: EngineCase) -> Iterator[np.ndarray]:
    """Every array that an engine gives for a case."""
    sources = {"source": case.source}
    trace = joined(engine.run(case.stack, case.dataset.tokens, PLAN, graded=case.dataset.graded, sources=sources))
    yield trace.logits
    yield from trace.captures.values()
    yield from vars(engine.score(case.stack, case.dataset, PLAN, sources=sources)).values()
    gradients = engine.gradients(case.stack, case.dataset)
    yield from (gradients.loss, *gradients.weights.values())
    (at_sites,) = engine.gradients_at(case.stack, case.dataset, PLAN, sites=SITES, sources=sources, block=10**6)
    yield from (at_sites.metric, *at_sites.gradients.values())
    yield from trained(engine.train(case.stack, *training_work(case, 3, warm=True), AdamW(max_grad_norm=0.05)))


def trained(after: Trained) -> list[np.ndarray]:
    return [after.losses, after.stack.flat, after.state.exp_avg, after.state.exp_avg_sq, after.state.step]


def digest(found: Iterator[np.ndarray] | list[np.ndarray]) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in found)).hexdigest()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("spec", [SPEC, WIDE], ids=["float32", "float64"])
def test_threads_change_nothing_native(level: str, spec):
    case = make_case(spec, seed=9, models=3, inputs=50)
    for inputs in (1, 50, 1023, 1024, 1025, 2051):
        sized = first(case, inputs)
        one, two, five = (digest(arrays(NativeEngine(threads, level), sized)) for threads in (1, 2, 5))
        assert one == two == five, f"{inputs} inputs"


@pytest.mark.parametrize("inputs", [1, 682, 683, 2051])
def test_threads_change_nothing_torch(inputs: int):
    case = first(make_case(SPEC, seed=9, models=2, inputs=50), inputs)
    one, two, five = (digest(arrays(TorchEngine(threads), case)) for threads in (1, 2, 5))
    assert one == two == five


@pytest.mark.parametrize("make", [NativeEngine, TorchEngine])
def test_more_threads_than_work_change_nothing(make: type[NativeEngine]):
    case = make_case(SPEC, seed=9, models=1, inputs=3)
    assert digest(arrays(make(64), case)) == digest(arrays(make(1), case))


@pytest.mark.parametrize("make", [NativeEngine, TorchEngine])
def test_a_model_alone_and_in_a_stack(make: type[NativeEngine]):
    engine, case, constants = make(2), make_case(SPEC, seed=2, models=4, inputs=33), AdamW(max_grad_norm=0.05)
    state, batches = training_work(case, 5, warm=True)
    together = engine.train(case.stack, state, batches, constants)
    scores, logits = engine.score(case.stack, case.dataset), run(engine, case.stack, case.dataset)
    gradients = engine.gradients(case.stack, case.dataset)
    for model in range(4):
        stack, one = case.stack.take([model]), slice(model, model + 1)
        own = Batches(batches.dataset, batches.order[one], batches.batch_size, batches.rates[one])
        alone = trained(engine.train(stack, state.take([model]), own, constants))
        assert digest(alone) == digest([array[one] for array in trained(together)])
        assert engine.score(stack, case.dataset).loss == scores.loss[model]
        assert digest([run(engine, stack, case.dataset)]) == digest([logits[one]])
        single = engine.gradients(stack, case.dataset).weights
        assert digest(list(single.values())) == digest([array[one] for array in gradients.weights.values()])


def run(engine: Engine, stack: Stack, dataset: Dataset, block: int = 4096) -> np.ndarray:
    return joined(engine.run(stack, dataset.tokens, graded=dataset.graded, block=block)).logits


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("spec", [SPEC, WIDE], ids=["float32", "float64"])
def test_an_input_is_the_same_at_every_place(level: str, spec):
    """Also at chunk borders, in blocks of any size, and next to lanes that hold nothing."""
    engine, case = NativeEngine(2, level), make_case(spec, seed=3, models=2, inputs=50)
    many = first(case, 2051).dataset
    whole = run(engine, case.stack, many)
    for place in (0, 1, 15, 16, 17, 1023, 1024, 2050):
        alone = run(engine, case.stack, many.take(np.array([place])))
        assert digest([alone[:, 0]]) == digest([whole[:, place]]), f"input {place}"
    for block in (1000, 1024, 2051):
        assert digest([run(engine, case.stack, many, block)]) == digest([whole]), f"blocks of {block}"
    assert digest([whole[:, 50:100]]) == digest([whole[:, :50]])


@pytest.mark.parametrize("make", [NativeEngine, TorchEngine])
def test_scores_add_up(make: type[NativeEngine]):
    """Counts over many inputs are those of their logits, whatever the block that an input lies in."""
    engine, case = make(2), make_case(SPEC, seed=3, models=2, inputs=50)
    for inputs in (1, 7, 8, 9, 1025, 2049):
        dataset = first(case, inputs).dataset
        logits, scores = run(engine, case.stack, dataset).astype(np.float64), engine.score(case.stack, dataset)
        right = logits.argmax(axis=-1) == dataset.answers
        chosen = np.take_along_axis(logits, np.broadcast_to(dataset.answers, right.shape)[..., None], -1)[..., 0]
        total = np.log(np.exp(logits).sum(axis=-1))
        others = np.where(np.arange(SPEC.d_vocab_out) == dataset.answers[..., None], -np.inf, logits).max(axis=-1)
        assert scores.inputs == inputs
        assert np.array_equal(scores.right, right.sum(axis=1))
        assert np.array_equal(scores.sequences, right.all(axis=2).sum(axis=1))
        np.testing.assert_allclose(scores.loss, (total - chosen).mean(axis=(1, 2)), rtol=1e-6)
        np.testing.assert_allclose(scores.margin, (chosen - others).min(axis=(1, 2)), rtol=1e-6)


@pytest.mark.parametrize("make", [NativeEngine, TorchEngine])
def test_steps_in_one_call_or_in_many(make: type[NativeEngine]):
    engine, case, constants = make(1), make_case(SPEC, seed=6, models=2, inputs=33), AdamW()
    state, batches = training_work(case, 4, warm=False)
    whole = engine.train(case.stack, state, batches, constants)
    stack, losses = case.stack, []
    for step in range(4):
        rows = batches.order[:, step * 8 : step * 8 + 8]
        one = Batches(batches.dataset, rows, 8, batches.rates[:, step : step + 1])
        after = engine.train(stack, state, one, constants)
        stack, state = after.stack, OptimiserState(after.state.exp_avg, after.state.exp_avg_sq, after.state.step)
        losses.append(after.losses)
    assert digest([np.concatenate(losses, axis=1), stack.flat]) == digest([whole.losses, whole.stack.flat])
