from __future__ import annotations

import pytest

from openwork.analyses import FoundRoutes, Subject, find_routes
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.tasks import ReverseIncrement


class Memory(dict):
    def find(self, name, digest):
        return self.get((name, digest))

    def keep(self, name, digest, result):
        self[name, digest] = result


@pytest.fixture
def subject():
    task = ReverseIncrement(2, 2)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    return Subject.of(choose_engine(spec).engine, initial_stack(spec, [1]), task)


def test_they_are_known_once_they_were_looked_for(subject):
    memory, steps = Memory(), []
    first = FoundRoutes(subject, memory, steps.append)
    assert first.known is None and first.all == find_routes(subject) and steps
    again = FoundRoutes(subject, memory, lambda step: pytest.fail("looked for again"))
    assert again.known == again.all == first.all
    assert again.of(["y[1]"]) == first.all.of(["y[1]"])


def test_those_of_some_outputs_are_not_kept(subject):
    memory = Memory()
    assert FoundRoutes(subject, memory).of(["y[1]"]) == find_routes(subject, ["y[1]"]) and not memory
