from __future__ import annotations

import pytest

from openwork.engines import Engine, choose_engine
from openwork.testing.known_circuits import known_circuits

CIRCUITS = known_circuits()


@pytest.fixture(scope="session", params=["native", "torch"])
def engine(request) -> Engine:
    """Either engine, on one thread: the circuits are tiny."""
    return choose_engine(CIRCUITS[0].stack.spec, request.param, 1).engine
