"""A stack trained as one batched model: what the torch engine does on a GPU, held here to model by model on the CPU.

What this cannot show is the GPU's own arithmetic. That no array is left behind on the CPU is shown on the `meta`
device, which has shapes and no numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from openwork.engines import AdamW, OptimiserState, Trained
from openwork.engines.torch import training
from openwork.engines.torch.device import Device
from openwork.engines.torch.engine import TorchEngine
from openwork.engines.torch.training import SideBySide, models_at_once
from openwork.models import ModelSpec, model_spec
from openwork.testing.engine_case import CLIPPED, EngineCase, make_case, training_work
from openwork.testing.engine_kit import agree, many_steps, one_step
from openwork.testing.engine_rules import _not_finite_stops
from openwork.testing.specs import seeds, specs

DEVICE = Device("cpu", "to test what a GPU does", together=True)
TOGETHER = TorchEngine(1, DEVICE)
ALONE = TorchEngine(1)
SPEC = model_spec(n_layers=2, d_model=16, n_heads=2, d_head=8, d_mlp=64, d_vocab=5, n_ctx=8)


@settings(max_examples=25, deadline=None)
@given(specs(), seeds())
def test_a_step_together_is_a_step_alone(spec: ModelSpec, seed: int):
    case = make_case(spec, seed, models=4)
    agree(TOGETHER, ALONE, case, one_step)
    _not_finite_stops(TOGETHER, case)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_two_hundred_steps_together(dtype: str):
    spec = SPEC.model_copy(update={"dtype": dtype, "act_fn": "gelu"})
    for models in (1, 3):
        agree(TOGETHER, ALONE, make_case(spec, 4, models=models), lambda engine, case: many_steps(engine, case, 200))


def trained(case: EngineCase, steps: int = 6) -> Trained:
    return TOGETHER.train(case.stack, *training_work(case, steps, warm=True), CLIPPED)


def test_the_memory_bound_cuts_a_stack_and_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    case = make_case(SPEC, 1, models=5)
    _, batches = training_work(case, 6, warm=True)
    assert models_at_once(SPEC, batches, DEVICE) > 5
    whole = trained(case)
    monkeypatch.setattr(training, "MEMORY", training.MEMORY * 2 // models_at_once(SPEC, batches, DEVICE))
    assert models_at_once(SPEC, batches, DEVICE) == 2
    cut = trained(case)
    np.testing.assert_allclose(cut.stack.flat, whole.stack.flat, rtol=0, atol=1e-6)
    assert cut.losses.shape == whole.losses.shape and (cut.state.step == whole.state.step).all()


def test_a_batch_may_be_cut_into_pieces():
    case = make_case(SPEC, 1, models=3)
    work = training_work(case, 6, warm=True)
    cut = TorchEngine(1, replace(DEVICE, piece=3 * case.n_pos)).train(case.stack, *work, CLIPPED)
    np.testing.assert_allclose(cut.losses, trained(case).losses, rtol=1e-5)


def test_the_memory_bound_is_one():
    """What autograd keeps for a model is no more than the estimate says, and no less than a third."""
    for spec in (SPEC, SPEC.model_copy(update={"n_ctx": 64}), SPEC.model_copy(update={"d_model": 128, "d_mlp": 512})):
        case = make_case(spec, 0, models=2, inputs=64)
        order = np.tile(np.arange(64), (2, 1))
        batches = replace(training_work(case, 8, warm=True)[1], order=order, batch_size=64)
        work = SideBySide(
            case.stack, OptimiserState.fresh(spec, 2), case.dataset, AdamW(), replace(DEVICE, piece=2**18)
        )
        held: list[torch.Tensor] = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x, held=held: held.append(x) or x, lambda x: x):
            work.backward(order)
        kept = {x.untyped_storage().data_ptr(): x.untyped_storage().nbytes() for x in held}
        allowed = training.MEMORY / models_at_once(spec, batches, replace(DEVICE, piece=2**18))
        assert allowed / 3 < sum(kept.values()) / 2 <= allowed


@pytest.mark.parametrize("models", [1, 3])
def test_no_array_stays_behind_on_the_cpu(models: int):
    case = make_case(SPEC, 0, models=models)
    state, batches = training_work(case, 2, warm=True)
    work = SideBySide(case.stack, state, case.dataset, AdamW(), Device("meta", "to test"))
    losses = work.backward(batches.order[:, :8])
    kept = (losses, work.flat, work.gradient, work.exp_avg, work.exp_avg_sq, work.step, *work.named.values())
    assert {array.device.type for array in kept} == {"meta"}
