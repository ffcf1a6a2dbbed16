"""Training on answers that are sets, or not all wanted: the core at every level against PyTorch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from openwork.engines import Engine, joined
from openwork.engines.grading import losses_and_leads
from openwork.engines.native import NativeEngine, _core
from openwork.models import ModelSpec, model_spec
from openwork.tasks import UNASKED
from openwork.testing.engine_case import EngineCase, make_case, random_sites
from openwork.testing.engine_kit import agree, gradients, many_steps, one_step
from openwork.testing.specs import seeds, specs

LEVELS = {level: NativeEngine(1, level) for level in _core.usable_levels()}
SIZES = dict(n_layers=1, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=5, n_ctx=6, act_fn="gelu")


def asking(case: EngineCase, sets: bool, seed: int) -> EngineCase:
    """The case with sets for answers, any of them, or symbols as before; about a third of them are not wanted."""
    draw = np.random.default_rng(seed)
    answers = case.dataset.answers
    if sets:
        answers = draw.integers(2**case.spec.d_vocab_out, size=answers.shape, dtype=np.int32)
    idle = draw.random(answers.shape) < 1 / 3
    idle[np.arange(len(idle)), draw.integers(answers.shape[1], size=len(idle))] = False
    return replace(case, dataset=replace(case.dataset, answers=np.where(idle, UNASKED, answers), sets=sets))


@pytest.mark.parametrize("sets", [True, False], ids=["sets", "not all wanted"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_and_steps_agree(dtype: str, sets: bool, oracle: Engine):
    @settings(derandomize=True, deadline=None, database=None, max_examples=4)
    @given(specs(dtype), seeds())
    def agrees(spec: ModelSpec, seed: int) -> None:
        case = asking(make_case(spec, seed), sets, seed)
        for engine in LEVELS.values():
            agree(engine, oracle, case, gradients)
            agree(engine, oracle, case, one_step)
            agree(engine, oracle, case, losses_at, " of each input", lenient=True)

    agrees()


def losses_at(engine: Engine, case: EngineCase) -> dict[str, NDArray[np.generic]]:
    """Of each input's loss, by what is at random sites."""
    (found,) = engine.gradients_at(case.stack, case.dataset, sites=random_sites(case, 0))
    return {"metric": found.metric} | {f"gradient at {site}": array for site, array in found.gradients.items()}


@pytest.mark.parametrize("sets", [True, False], ids=["sets", "not all wanted"])
def test_an_inputs_loss_is_the_mean_over_what_is_wanted_of_it(sets: bool):
    case = asking(make_case(model_spec(**SIZES, dtype="float64"), seed=6), sets, 6)
    answers, engine = case.dataset.answers, LEVELS["portable"]
    logits = joined(engine.run(case.stack, case.dataset.tokens, graded=case.dataset.graded)).logits
    losses = np.where(answers == UNASKED, 0, losses_and_leads(logits, answers, sets)[0])
    expected = losses.sum(-1) / (answers != UNASKED).sum(-1)
    np.testing.assert_allclose(losses_at(engine, case)["metric"], expected, rtol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_many_steps_agree(level: str, oracle: Engine):
    case = asking(make_case(model_spec(**SIZES, dtype="float64"), seed=3), True, 3)
    agree(LEVELS[level], oracle, case, lambda engine, of: many_steps(engine, of, 50), " after 50 steps")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("symbols", [1, 31])
def test_the_smallest_and_the_largest_sets(level: str, symbols: int, oracle: Engine):
    case = asking(make_case(model_spec(**SIZES, d_vocab_out=symbols), seed=4), True, 4)
    whole = np.full_like(case.dataset.answers, 2**symbols - 1)
    for answers in (whole, np.zeros_like(whole)):
        one = replace(case, dataset=replace(case.dataset, answers=answers))
        agree(LEVELS[level], oracle, one, gradients)


def test_threads_change_no_bit():
    case = asking(make_case(model_spec(**SIZES), seed=5, inputs=300), True, 5)
    one, four = (NativeEngine(threads).gradients(case.stack, case.dataset) for threads in (1, 4))
    assert (one.loss == four.loss).all()
    assert all((one.weights[name] == four.weights[name]).all() for name in one.weights)
