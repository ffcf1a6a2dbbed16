"""Training against plain PyTorch: parameters of their own, autograd, `clip_grad_norm_`, `torch.optim.AdamW`.

The oracle here shares only the forward pass with the torch engine, and that one is held by the TransformerLens sample.
Weights are compared in float64 and without `b_K`: softmax ignores it, so its gradient is rounding noise, which AdamW
turns into steps of full size. In float32 losses and logits are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from openwork.engines import AdamW, Batches, Engine, OptimiserState
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.engines.torch.forward import forward
from openwork.engines.torch.tapped import Tapped
from openwork.models import ModelSpec, Stack, model_spec, named_views
from openwork.testing.engine_case import EngineCase, make_case

ENGINES: dict[str, Engine] = {f"native {level}": NativeEngine(1, level) for level in _core.usable_levels()}
ENGINES["torch"] = TorchEngine(1)
SPECS = {
    "ln": model_spec(n_layers=2, d_model=4, n_heads=1, d_head=4, d_mlp=8, d_vocab=5, n_ctx=8, act_fn="gelu"),
    "rms attention only": model_spec(
        n_layers=1,
        d_model=6,
        n_heads=3,
        d_head=2,
        attn_only=True,
        normalization_type="RMS",
        d_vocab=5,
        n_ctx=6,
        attention_dir="bidirectional",
    ),
}
CLIPS = [None, 1.0, 0.05]
BATCH, INPUTS = 8, 45
STEP_TOLERANCE = 1e-12
"""Of the largest weight of an array, after one step in float64; the largest difference seen is 2.2e-16."""
LONG_TOLERANCE = {"float32": 5e-5, "float64": 1e-11}
"""Of the largest loss over 200 steps; the largest differences seen are 9e-6 and 3e-14, of logits 3e-4 and 9e-13.

Training enlarges rounding: PyTorch in float32 is itself 3e-5 from PyTorch in float64. With ReLU it enlarges it without
bound, where a neuron is on in one and off in the other; so the model here has GELU.
"""


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


@dataclass
class Followed:
    """What plain PyTorch makes of one model."""

    losses: np.ndarray
    weights: dict[str, np.ndarray]


def follow(case: EngineCase, model: int, batches: Batches, constants: AdamW) -> Followed:
    parameters = {name: torch.nn.Parameter(torch.tensor(array[model])) for name, array in case.stack.named().items()}
    optimiser = torch.optim.AdamW(
        parameters.values(),
        betas=(constants.beta1, constants.beta2),
        eps=constants.eps,
        weight_decay=constants.weight_decay,
    )
    losses = []
    for step, rate in enumerate(batches.rates[model]):
        rows = batches.order[model, step * batches.batch_size : (step + 1) * batches.batch_size]
        tokens, answers = (
            torch.from_numpy(array[rows]).long() for array in (case.dataset.tokens, case.dataset.answers)
        )
        logits = forward(case.spec, parameters, tokens, case.dataset.graded, Tapped(case.spec))
        loss = F.cross_entropy(logits.flatten(0, 1), answers.flatten())
        optimiser.zero_grad()
        loss.backward()
        if constants.max_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_(parameters.values(), constants.max_grad_norm)
        optimiser.param_groups[0]["lr"] = rate
        optimiser.step()
        losses.append(loss.item())
    return Followed(np.array(losses), {name: p.detach().numpy() for name, p in parameters.items()})


def work(spec: ModelSpec, steps: int, dtype: str) -> tuple[EngineCase, Batches]:
    """Batches of 8 with a last one of 3, at rates that change."""
    case = make_case(spec.model_copy(update={"dtype": dtype}), seed=8, models=2, inputs=INPUTS)
    n = BATCH * (steps - 1) + 3
    order = np.stack([np.random.default_rng(model).integers(0, INPUTS, n) for model in range(2)])
    rates = np.stack([3e-3 * (1 + np.cos(np.arange(steps) / 40)), np.full(steps, 1e-3)])
    return case, Batches(case.dataset, order, BATCH, rates)


def assert_near(found: np.ndarray, expected: np.ndarray, tolerance: float, what: str) -> None:
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max(), what


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_one_step(engine: Engine, spec: ModelSpec, clip: float | None):
    (case, batches), constants = work(spec, 1, "float64"), AdamW(weight_decay=0.1, max_grad_norm=clip)
    after = engine.train(case.stack, OptimiserState.fresh(case.spec, 2), batches, constants)
    assert after.state.step.tolist() == [1, 1]
    for model in range(2):
        expected = follow(case, model, batches, constants)
        assert_near(after.losses[model], expected.losses, STEP_TOLERANCE, "loss")
        for name, array in named_views(case.spec, after.stack.flat).items():
            if not name.endswith("b_K"):
                assert_near(array[model], expected.weights[name], STEP_TOLERANCE, name)


@pytest.mark.parametrize("dtype", LONG_TOLERANCE)
@pytest.mark.parametrize("clip", CLIPS)
def test_two_hundred_steps(engine: Engine, clip: float | None, dtype: str):
    (case, batches), constants = work(SPECS["ln"], 200, dtype), AdamW(max_grad_norm=clip)
    after = engine.train(case.stack, OptimiserState.fresh(case.spec, 2), batches, constants)
    for model in range(2):
        expected = followed(model, clip, dtype)
        assert_near(after.losses[model], expected.losses, LONG_TOLERANCE[dtype], "losses")
        assert expected.losses[-20:].mean() < expected.losses[:20].mean()
        ours = named_views(case.spec, after.stack.flat)
        stack = Stack(case.spec, np.concatenate([w.reshape(1, -1) for w in expected.weights.values()], axis=1))
        logits = {"ours": after.stack.take([model]), "plain": stack}
        found = {k: next(iter(engine.run(s, case.dataset.tokens, graded=(0, 1)))).logits for k, s in logits.items()}
        assert_near(found["ours"], found["plain"], 20 * LONG_TOLERANCE[dtype], "logits")
        if dtype == "float64":
            for name, array in ours.items():
                if not name.endswith("b_K"):
                    assert_near(array[model], expected.weights[name], LONG_TOLERANCE[dtype], name)


FOLLOWED: dict[tuple[int, float | None, str], Followed] = {}


def followed(model: int, clip: float | None, dtype: str) -> Followed:
    """Plain PyTorch's 200 steps, taken once for all engines."""
    if (model, clip, dtype) not in FOLLOWED:
        case, batches = work(SPECS["ln"], 200, dtype)
        FOLLOWED[model, clip, dtype] = follow(case, model, batches, AdamW(max_grad_norm=clip))
    return FOLLOWED[model, clip, dtype]


def test_the_clip_acts(engine: Engine):
    """The three clips above are three different cases."""
    case, batches = work(SPECS["ln"], 3, "float64")
    fresh = OptimiserState.fresh(case.spec, 2)
    moments = [engine.train(case.stack, fresh, batches, AdamW(max_grad_norm=clip)).state.exp_avg for clip in CLIPS]
    norms = [np.linalg.norm(array, axis=1) for array in moments]
    assert (norms[2] < 0.06).all() and (norms[2] < norms[1]).all() and (norms[1] <= norms[0]).all()


def test_a_clip_of_zero_leaves_only_decay(engine: Engine):
    case, batches = work(SPECS["ln"], 1, "float64")
    constants = AdamW(max_grad_norm=0.0, weight_decay=0.5)
    after = engine.train(case.stack, OptimiserState.fresh(case.spec, 2), batches, constants)
    np.testing.assert_allclose(after.stack.flat, case.stack.flat * (1 - 0.5 * batches.rates[:, :1]), rtol=1e-14)
