"""The two solved models as subjects, and a small random one with two heads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.data import DataSplit
from openwork.engines import Engine, choose_engine
from openwork.engines.torch.engine import TorchEngine
from openwork.models import Stack, initial_stack, spec_for, stack_of
from openwork.runs import EpochRecord, Run
from openwork.tasks import ModularAddition, ReverseIncrement
from openwork.testing.known_circuits import known_circuits
from openwork.training import Experiment, Measured, recipe

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved"
SPEC = spec_for(ReverseIncrement(), n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16)


@dataclass(frozen=True)
class Solved:
    """A solved model and what an independent judge says of it."""

    name: str
    subject: Subject
    facts: dict[str, Any]


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The default engine, or the one that OPENWORK_TEST_ENGINE names."""
    return choose_engine(SPEC, os.environ.get("OPENWORK_TEST_ENGINE")).engine


@pytest.fixture(scope="session", params=["model_A", "model_B"])
def solved(request: pytest.FixtureRequest, engine: Engine) -> Solved:
    """Each solved model on all 65,536 inputs."""
    named = load_file(SOLVED / f"{request.param}.safetensors")
    stack = stack_of(SPEC, {name: array[None] for name, array in named.items()})
    facts = json.loads((SOLVED / f"{request.param}.facts.json").read_text())
    return Solved(request.param, Subject.of(engine, stack, ReverseIncrement()), facts)


@pytest.fixture(scope="session")
def hand_set(engine: Engine) -> dict[str, Subject]:
    """Models whose weights were set by hand, by name."""
    return {circuit.name: Subject.of(engine, circuit.stack, circuit.task) for circuit in known_circuits()}


@pytest.fixture(scope="session")
def in_torch(untrained: Subject) -> Subject:
    """The same random model on the other engine."""
    return Subject.of(TorchEngine(1), untrained.stack, untrained.task)


@pytest.fixture(scope="session")
def untrained(engine: Engine) -> Subject:
    """A random model of two heads on three digits in base 3: wrong in many places, so identities mean something."""
    task = ReverseIncrement(base=3, length=3)
    spec = spec_for(task, n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5)
    return Subject.of(engine, initial_stack(spec, [1]), task)


@pytest.fixture(scope="session")
def adding(engine: Engine) -> tuple[Subject, Run, Callable[[int], Stack]]:
    """An untrained model that should add modulo 23, a run of two records that says so, and weights for each of them."""
    task = ModularAddition(23)
    spec = spec_for(task, n_layers=1, d_model=6, n_heads=2, d_head=3, d_mlp=8, normalization_type=None)
    experiment = Experiment(task, spec, recipe(epochs=4, record_every=2), DataSplit(held_out=0.5))
    part = Measured(0.5, 0.5, 132, 264)
    records = tuple(EpochRecord(epoch, 1e-3, 0.5, part, part, epoch, 0.1) for epoch in (2, 4))
    source = json.dumps(experiment.as_json())
    run = Run("0123456789ab", 1, "finished", 4, "native", "", "", experiment.key, source, records)
    stacks = {2: initial_stack(spec, [0]), 4: initial_stack(spec, [1])}
    return Subject.of(engine, stacks[4], task), run, stacks.__getitem__
