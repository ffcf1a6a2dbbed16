"""Four models that nobody here trained do our tasks as well as their README says, so the tasks are theirs to the token.

The files lie beside the checkout, in ../shared/cases, and are no part of the project; a README there describes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from openwork.analyses import Subject
from openwork.engines import Engine
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.models import Stack, spec_for, stack_of, weight_shapes
from openwork.tasks import BalancedBrackets, FirstUnique, Palindrome, RunningSumSign, Task

CASES = Path(__file__).parents[3] / "shared" / "cases"
ENGINES: dict[str, Engine] = {"native": NativeEngine(2), "torch": TorchEngine(2)}


@dataclass(frozen=True)
class Case:
    """A file, the task it does, what the task does not say of the model, and the accuracy that its README gives."""

    file: str
    task: Task
    fields: dict[str, Any]
    accuracy: float
    within: float


CASES_BY_TASK = (
    Case("palindrome", Palindrome(), dict(n_layers=2, d_model=28, n_heads=2, d_head=14, attn_only=True), 0.909, 0.012),
    Case(
        "first_unique_char",
        FirstUnique(),
        dict(n_layers=2, d_model=42, n_heads=3, d_head=14, attn_only=True),
        0.9927,
        0.002,
    ),
    Case(
        "cumsum_sign",
        RunningSumSign(),
        dict(n_layers=1, d_model=24, n_heads=1, d_head=12, d_mlp=8, normalization_type=None),
        1.0,
        0,
    ),
    Case("brackets", BalancedBrackets(), dict(n_layers=3, d_model=56, n_heads=2, d_head=28, d_mlp=56), 1.0, 0.001),
)


def model_of(case: Case) -> Stack:
    path = CASES / f"{case.file}.pt"
    if not path.exists():
        pytest.skip(f"there is no {path}: the models are not part of the project")
    weights = torch.load(path, weights_only=True, map_location="cpu")
    spec = spec_for(case.task, **case.fields)
    return stack_of(spec, {name: weights[name].numpy()[None] for name in weight_shapes(spec)})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES_BY_TASK, ids=lambda case: case.file)
def test_a_public_model_does_our_task(case, engine):
    subject = Subject.of(ENGINES[engine], model_of(case), case.task)
    assert (len(subject.inputs), subject.inputs.sample_seed) == (10_000, 0)
    assert subject.scores.accuracy[0] == pytest.approx(case.accuracy, abs=case.within)
