from __future__ import annotations

import pytest

from openwork.data import DataSplit
from openwork.engines import Engine, choose_engine
from openwork.models import spec_for
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, recipe


@pytest.fixture(scope="session")
def tiny() -> Experiment:
    """Four binary digits, a quarter held out, eight epochs of three batches."""
    task = ReverseIncrement(2, 4)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=4)
    learn = recipe(epochs=8, batch_size=5, warmup_epochs=2, stop_when_solved=False)
    return Experiment(task, spec, learn, DataSplit(held_out=0.25))


@pytest.fixture(scope="session")
def engine(tiny: Experiment) -> Engine:
    return choose_engine(tiny.spec, threads=1).engine
