"""Finding a model that works: seeds trained side by side into the store, until one is right on every input."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from openwork.analyses.steps import Step
from openwork.claims import Trials
from openwork.engines import choose_engine
from openwork.jobs.setting import Event, Setting
from openwork.runs import Run, Store, prunable, prune, recorded
from openwork.tasks import Task, make_task
from openwork.training import EpochEnd, Experiment, Progress, named_experiment, train

WAVE = 8
"""seeds trained side by side before looking whether one is solved"""
MOST_SEEDS = 64
"""seeds after which the search gives up and explains the best"""


def search(experiment: Experiment, setting: Setting) -> tuple[Run, ...]:
    """Trains waves of seeds side by side until one is right on every input; every seed that was tried.

    The others of its wave stop with it, and can be gone on with: see `go_on`. Where the store has a solved seed of the
    wave already, nothing is trained.
    """
    tried: tuple[Run, ...] = ()
    for first in range(0, MOST_SEEDS, WAVE):
        wave = range(first, first + WAVE)
        known = _stored(experiment, wave, setting.store)
        solved = any(run.solved and run.ended for run in known)
        tried += known if solved else train_seeds(experiment, wave, setting, until_solved=True)
        if any(run.solved for run in tried):
            break
    return tried


def train_seeds(
    experiment: Experiment, seeds: Sequence[int], setting: Setting, until_solved: bool = False
) -> tuple[Run, ...]:
    """Trains these seeds to their end, keeping every epoch; what the store has already is not done again.

    With `until_solved` all stop after the epoch in which a first one ends solved; those that have not ended are as
    whole in the store as if they had been interrupted. Of those that have ended, by now or before, checkpoints go that
    the setting does not keep: so the same command frees them after one that was killed.
    """
    choice = choose_engine(experiment.spec, setting.engine, setting.threads)
    state = setting.store.state_of(experiment, seeds)
    events = train(choice.engine, experiment, state)
    # Closed here, so that an interrupt writes what is pending now and not when the generator is collected.
    with closing(recorded(setting.store, experiment, events, choice.engine.arithmetic)) as kept:
        for event in kept:
            setting.watch(event)
            if until_solved and any(p.status == "solved" for p in event.progress):
                break
    runs = _stored(experiment, seeds, setting.store)
    freed = prunable(setting.store, runs, setting.keep)
    prune(setting.store, freed, lambda what, share: setting.watch(Step(what, share, 0)))
    return runs


def _stored(experiment: Experiment, seeds: Sequence[int], store: Store) -> tuple[Run, ...]:
    runs = (store.run(experiment, seed) for seed in dict.fromkeys(seeds))
    return tuple(run for run in runs if run is not None)


def best(runs: Sequence[Run]) -> Run:
    """The first solved run, or else the one with most right answers."""
    return max(runs, key=lambda run: (run.solved, run.history[-1].train.accuracy, -run.seed))


def first_solved(runs: Sequence[Run]) -> Run:
    """The run that took the fewest epochs until it was solved, which is the one that ended a search; else the best."""
    return min((run for run in runs if run.solved), key=lambda run: (run.epoch, run.seed), default=None) or best(runs)


def go_on(experiment: Experiment, runs: Sequence[Run]) -> str:
    """The command that goes on with those of these runs that have not ended; empty where there are none, or no command
    makes this experiment."""
    task = experiment.task
    name = task.name if task.file is None else task.file.path
    left, every = (sorted(run.seed for run in some) for some in ([r for r in runs if not r.ended], runs))
    if not name or not left or experiment.as_json() != named_experiment(task.name, task).as_json():
        return ""
    usual = task.file is None and task == make_task(task.name)
    given = "" if usual else "".join(f" --param {key}={value}" for key, value in task.params.items())
    gapless = every == list(range(every[0], every[-1] + 1))
    seeds = f"{every[0]}..{every[-1]}" if gapless and len(every) > 1 else ",".join(map(str, left))
    return f"openwork train {name}{given} --seeds {seeds}"


def trials(name: str, task: Task, seeds: int, setting: Setting, trains: bool) -> Trials | None:
    """How many of seeds 0 .. `seeds`-1 learn the task by this experiment; None where some would have to be trained."""
    experiment = named_experiment(name, task)
    rows, told = 0, dict[int, int]()

    def counted(event: Event) -> None:
        nonlocal rows
        if isinstance(event, EpochEnd):
            for progress in event.progress:
                epochs = progress.epoch - told.get(progress.seed, progress.epoch - event.passed)
                rows, told[progress.seed] = rows + _rows(progress, epochs), progress.epoch
        setting.watch(event)

    if trains:
        runs = train_seeds(experiment, range(seeds), replace(setting, watch=counted))
    else:
        whole = (run for run in setting.store.contents().runs if run.experiment_key == experiment.key)
        runs = tuple(run for run in whole if run.seed < seeds and run.ended)
        if len(runs) < seeds:
            return None
    reached = sum(any(epoch.solved for epoch in run.history) for run in runs)
    return Trials(name, len(runs), reached, sum(run.solved for run in runs), rows)


def _rows(progress: Progress, epochs: int) -> int:
    """Inputs that one seed ran through the model: trained on for so many epochs, and all scored after the last."""
    held_out = 0 if progress.held_out is None else progress.held_out.inputs
    return (epochs + 1) * progress.train.inputs + held_out
