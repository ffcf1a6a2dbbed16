"""Finding a model that works: seeds trained side by side into the store, until one is right on every input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from openwork.analyses.steps import Watch as Steps
from openwork.analyses.steps import silent
from openwork.claims import Trials
from openwork.engines import choose_engine
from openwork.runs import Run, Store, recorded
from openwork.tasks import Task
from openwork.training import EpochEnd, Experiment, Progress, named_experiment, train

Watch = Callable[[EpochEnd], None]
WAVE = 8
"""seeds trained side by side before looking whether one is solved"""
MOST_SEEDS = 64
"""seeds after which the search gives up and explains the best"""


@dataclass(frozen=True)
class Setting:
    """Where and how the job runs; nothing here changes a result."""

    store: Store
    engine: str | None = None
    """its name, or None to choose"""
    threads: int | None = None
    """cores to use, or None for all"""
    watch: Watch = lambda event: None
    """called after every epoch"""
    steps: Steps = silent
    """called during long measurements"""


def search(experiment: Experiment, setting: Setting) -> tuple[Run, ...]:
    """Trains waves of seeds until one of a wave is right on every input; every seed that was tried."""
    tried: tuple[Run, ...] = ()
    for first in range(0, MOST_SEEDS, WAVE):
        tried += train_seeds(experiment, range(first, first + WAVE), setting)
        if any(run.solved for run in tried):
            break
    return tried


def train_seeds(experiment: Experiment, seeds: Sequence[int], setting: Setting) -> tuple[Run, ...]:
    """Trains these seeds to their end, keeping every epoch; what the store has already is not done again."""
    choice = choose_engine(experiment.spec, setting.engine, setting.threads)
    state = setting.store.state_of(experiment, seeds)
    events = train(choice.engine, experiment, state)
    # Closed here, so that an interrupt writes what is pending now and not when the generator is collected.
    with closing(recorded(setting.store, experiment, events, choice.engine.arithmetic)) as kept:
        for event in kept:
            setting.watch(event)
    found = (setting.store.run(experiment, seed) for seed in dict.fromkeys(seeds))
    return tuple(run for run in found if run is not None)


def best(runs: Sequence[Run]) -> Run:
    """The first solved run, or else the one with most right answers."""
    return max(runs, key=lambda run: (run.solved, run.history[-1].train.accuracy, -run.seed))


def trials(name: str, task: Task, seeds: int, setting: Setting, trains: bool) -> Trials | None:
    """How many of seeds 0 .. `seeds`-1 learn the task by this experiment; None where some would have to be trained."""
    experiment = named_experiment(name, task)
    rows, told = 0, dict[int, int]()

    def counted(event: EpochEnd) -> None:
        nonlocal rows
        for progress in event.progress:
            epochs = progress.epoch - told.get(progress.seed, progress.epoch - event.passed)
            rows, told[progress.seed] = rows + _rows(progress, epochs), progress.epoch
        setting.watch(event)

    if trains:
        runs = train_seeds(experiment, range(seeds), replace(setting, watch=counted))
    else:
        runs = tuple(run for run in setting.store.runs_of(experiment) if run.seed < seeds and run.ended)
        if len(runs) < seeds:
            return None
    reached = sum(any(epoch.solved for epoch in run.history) for run in runs)
    return Trials(name, len(runs), reached, sum(run.solved for run in runs), rows)


def _rows(progress: Progress, epochs: int) -> int:
    """Inputs that one seed ran through the model: trained on for so many epochs, and all scored after the last."""
    held_out = 0 if progress.held_out is None else progress.held_out.inputs
    return (epochs + 1) * progress.train.inputs + held_out
