from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from openwork.engines import Engine, choose_engine
from openwork.testing.known_circuits import Answer, known_circuits, sit

CIRCUITS = known_circuits()


@pytest.fixture(scope="session", params=["native", "torch"])
def engine(request) -> Engine:
    """Either engine, on one thread: the circuits are tiny."""
    return choose_engine(CIRCUITS[0].stack.spec, request.param, 1).engine


@pytest.fixture(scope="session")
def answers(engine) -> Callable[[str], tuple[Answer, ...]]:
    """The claims about the circuit of this name, judged once."""
    named = {circuit.name: circuit for circuit in CIRCUITS}
    return cache(lambda name: tuple(sit(engine, [named[name]])))
