from __future__ import annotations

import pytest

from openwork.analyses import Subject
from openwork.claims import Context
from openwork.engines import choose_engine
from openwork.models import Stack, initial_stack
from openwork.tasks import ReverseIncrement, Task
from openwork.testing.known_circuits import KnownCircuit, known_circuits
from openwork.training import named_experiment


def context_of(task: Task, stack: Stack, engine: str | None = None, **more) -> Context:
    return Context(Subject.of(choose_engine(stack.spec, engine, 1).engine, stack, task), **more)


@pytest.fixture
def circuits() -> dict[str, KnownCircuit]:
    return {circuit.name: circuit for circuit in known_circuits()}


@pytest.fixture
def solved(circuits) -> Context:
    circuit = circuits["attention-increments"]
    return context_of(circuit.task, circuit.stack)


@pytest.fixture
def wrong(circuits) -> Context:
    circuit = circuits["looks-too-far"]
    return context_of(circuit.task, circuit.stack)


@pytest.fixture(params=["native", "torch"])
def on_each_engine(request, circuits):
    """A context for the circuit of this name, on either engine."""
    return lambda name: context_of(circuits[name].task, circuits[name].stack, request.param)


@pytest.fixture
def untrained():
    """A context on 1,024 questions whose model was never trained, with anything else that is asked for."""
    experiment = named_experiment("notebook", ReverseIncrement(4, 5))
    stack = initial_stack(experiment.spec, [0])
    return lambda **more: context_of(experiment.task, stack, **more)


@pytest.fixture
def of_circuit(circuits):
    """A context for the circuit of this name, with other weights where any are given."""
    return lambda name, stack=None: context_of(circuits[name].task, stack or circuits[name].stack)
