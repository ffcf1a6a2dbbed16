"""A tiny experiment, its uninterrupted weights, and processes that train it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from openwork.data import Split
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
    return Experiment(task, spec, learn, Split(held_out=0.25))


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

    def whole(store: Store) -> dict[int, int]:
        runs = store.runs_of(tiny)
        for run in runs:
            bits = uninterrupted[run.seed]
            assert [record.epoch for record in run.history] == list(range(1, run.epoch + 1))
            assert store.stack(run).flat.tobytes() == bits[run.epoch - 1]
            for epoch in {1, (run.epoch + 1) // 2}:
                assert store.stack_at(run, epoch).flat.tobytes() == bits[epoch - 1]
        training = [run.seed for run in runs if not run.ended]
        state = store.state_of(tiny, training)
        assert list(state.seeds) == training
        assert all(np.isfinite(state.optimiser.exp_avg).all(axis=1))
        with store.database.reading() as rows:
            assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {run.seed: run.epoch for run in runs}

    return whole


@pytest.fixture
def start(tiny: Experiment) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a process that trains seeds of the tiny experiment into a store, and waits until it has imported all."""
    started: list[subprocess.Popen[str]] = []

    def begin(home: Path, seeds: Sequence[int]) -> subprocess.Popen[str]:
        from_text = Experiment.as_json(tiny)
        arguments = [str(home), ",".join(map(str, seeds)), repr(from_text)]
        process = subprocess.Popen([sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
