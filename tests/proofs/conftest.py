"""A tiny task that a circuit set by hand solves, and model A of the notebook's recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.models import Stack, stack_of
from openwork.testing.known_circuits import known_circuits
from openwork.training import named_experiment

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved"


@pytest.fixture(scope="session")
def tiny() -> Subject:
    """The first known circuit that is right on every input."""
    for circuit in known_circuits():
        engine = choose_engine(circuit.stack.spec, "native", 1).engine
        subject = Subject.of(engine, circuit.stack, circuit.task)
        if subject.whole and len(subject.inputs) < 2000 and float(subject.scores.margin[0]) > 0.1:
            return subject
    raise AssertionError("no known circuit is right on every input")


@pytest.fixture(scope="session")
def model_a() -> Subject:
    """Two layers, LayerNorm, trained."""
    notebook = named_experiment("notebook")
    weights = load_file(SOLVED / "model_A.safetensors")
    stack = stack_of(notebook.spec, {name: array[None] for name, array in weights.items()})
    return Subject.of(choose_engine(stack.spec, "native", 1).engine, stack, notebook.task)


def with_weights(subject: Subject, change: float) -> Subject:
    """The same with every weight of the unembedding's bias moved, one more than the other."""
    flat = subject.stack.flat.copy()
    stack = Stack(subject.spec, flat)
    start = flat.shape[1] - subject.spec.d_vocab_out
    flat[0, start:] += np.arange(subject.spec.d_vocab_out, dtype=flat.dtype) * np.array(change, flat.dtype)
    return Subject(subject.engine, Stack(stack.spec, flat), subject.task, subject.inputs)
