"""A tiny experiment, its uninterrupted weights, and processes that train it."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from openwork.data import DataSplit
from openwork.engines import Engine, choose_engine
from openwork.models import spec_for
from openwork.runs import Store, recorded
from openwork.tasks import ReverseIncrement
from openwork.training import EpochEnd, Experiment, TrainingState, recipe, train

PROGRAM = Path(__file__).parent / "train_tiny.py"
Reference = dict[int, list[bytes]]


@pytest.fixture(scope="session")
def tiny() -> Experiment:
    """Four binary digits, a quarter held out, ten epochs."""
    task = ReverseIncrement(2, 4)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=4)
    learn = recipe(epochs=10, batch_size=5, warmup_epochs=2, stop_when_solved=False)
    return Experiment(task, spec, learn, DataSplit(held_out=0.25))


@pytest.fixture(scope="session")
def engine(tiny: Experiment) -> Engine:
    return choose_engine(tiny.spec, threads=1).engine


@pytest.fixture(scope="session")
def uninterrupted(tiny: Experiment, engine: Engine) -> Reference:
    """The bits of the weights of seeds 0 to 8 after every epoch, trained in one go and kept nowhere."""
    bits: Reference = {seed: [] for seed in range(9)}
    for event in train(engine, tiny, TrainingState.fresh(tiny.spec, range(9))):
        for model, progress in enumerate(event.progress):
            bits[progress.seed].append(event.state.stack.flat[model].tobytes())
    return bits


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "runs") as opened:
        yield opened


@pytest.fixture
def go_on(tiny: Experiment, engine: Engine) -> Callable[..., Iterator[EpochEnd]]:
    """Trains these seeds from where the store has them."""

    def events(store: Store, seeds: Sequence[int], every: float = 0.0) -> Iterator[EpochEnd]:
        return recorded(store, tiny, train(engine, tiny, store.state_of(tiny, seeds)), engine.name, every)

    return events


@pytest.fixture
def check(tiny: Experiment, uninterrupted: Reference) -> Callable[[Store], dict[int, int]]:
    """Every run is whole and has the bits of one never interrupted; returns the epochs of each seed."""

    def whole(store: Store, alone: bool = True) -> dict[int, int]:
        runs = store.runs_of(tiny)
        for run in runs:
            bits = uninterrupted[run.seed]
            assert [record.epoch for record in run.history] == list(range(1, run.epoch + 1))
            assert store.stack(run).flat.tobytes() == bits[run.epoch - 1]
            for epoch in (1, (run.epoch + 1) // 2):
                assert store.stack_at(run, epoch).flat.tobytes() == bits[epoch - 1]
        training = [run.seed for run in runs if not run.ended]
        state = store.state_of(tiny, training)
        assert list(state.seeds) == training or (not alone and set(state.seeds) < set(training))
        assert all(np.isfinite(state.optimiser.exp_avg).all(axis=1))
        with store.database.reading() as rows:
            assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {run.seed: run.epoch for run in runs}

    return whole


class Nursery:
    """A process that starts training processes, one at a time, and kills them when told."""

    def __init__(self, experiment: Experiment) -> None:
        command = [sys.executable, str(PROGRAM), json.dumps(experiment.as_json())]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def begin(self, home: Path, seeds: Sequence[int], seconds: object = "never", operations: object = "never") -> None:
        """Starts training these seeds; killed after so many seconds, or before that file operation."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{home}\t{','.join(map(str, seeds))}\t{seconds}\t{operations}\n")
        self.process.stdin.flush()

    def exit_code(self) -> int:
        """Waits for the end of what was begun; -9 where it was killed."""
        return int(self._line())

    def running(self) -> bool:
        """Whether what was begun has not ended."""
        return not select.select([self.process.stdout], [], [], 0)[0]

    def close(self) -> None:
        self.process.communicate()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def nursery(tiny: Experiment) -> Iterator[Callable[[], Nursery]]:
    """Makes nurseries for the tiny experiment."""
    made: list[Nursery] = []

    def make() -> Nursery:
        made.append(Nursery(tiny))
        return made[-1]

    yield make
    for each in made:
        each.close()
