"""The spine: the main job from a task to a report. Read this file first.

task -> experiment -> train seeds side by side -> keep every epoch -> open a solved run -> judge claims -> report
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openwork.claims import Claim, Trials, Verdict
from openwork.engines import choose_engine
from openwork.opened import OpenedRun
from openwork.report import Reproduction, original_named, reproduction_document, write_html
from openwork.runs import Run, Store, recorded
from openwork.tasks import Task
from openwork.training import EpochEnd, Experiment, named_experiment, train

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


@dataclass(frozen=True, eq=False)
class Explanation:
    """A model, what is claimed of it and how that came out."""

    opened: OpenedRun
    verdicts: tuple[Verdict, ...]
    page: Path | None


def explain(
    task: Task,
    setting: Setting,
    *,
    experiment: Experiment | None = None,
    seeds: Sequence[int] | None = None,
    claims: tuple[Claim, ...] | None = None,
    page: Path | None = None,
) -> Explanation:
    """Trains until a model is right on every input, judges the claims on it, and writes its report to `page`.

    With `seeds`, only these are trained, and the best is explained whether or not it is solved. The claims are those
    of the article about the task unless given.

    Raises:
        OpenworkError: anything that does not fit, before training starts.
    """
    experiment = experiment or named_experiment(task.name, task)
    runs = search(experiment, setting) if seeds is None else train_seeds(experiment, seeds, setting)
    opened = open_run(best(runs), setting, tried=runs, claims=claims)
    verdicts = opened.claims
    setting.store.save_verdicts(opened.run, {v.claim.id: v.as_json() for v in verdicts})
    return Explanation(opened, verdicts, None if page is None else opened.report(page))


def reproduce(name: str, setting: Setting, *, seeds: Sequence[int] = (0,), page: Path | None = None) -> Reproduction:
    """Trains a publication's recipe, measures every number that it reports, and judges its claims on the best seed.

    Raises:
        OpenworkError: an unknown publication, or a page or store that cannot be written.
    """
    original = original_named(name)
    experiment = named_experiment(original.experiment)
    runs = train_seeds(experiment, seeds, setting)
    chosen = best(runs)
    verdicts = open_run(chosen, setting, tried=runs).claims
    setting.store.save_verdicts(chosen, {v.claim.id: v.as_json() for v in verdicts})
    measured = tuple(open_run(run, setting).reproduced(original) for run in runs)
    found = Reproduction(original, experiment, measured, chosen.seed, verdicts)
    if page is not None:
        write_html(reproduction_document(found), page)
    return found


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
    for event in recorded(setting.store, experiment, events, choice.engine.name):
        setting.watch(event)
    found = (setting.store.run(experiment, seed) for seed in dict.fromkeys(seeds))
    return tuple(run for run in found if run is not None)


def best(runs: Sequence[Run]) -> Run:
    """The first solved run, or else the one with most right answers."""
    return max(runs, key=lambda run: (run.solved, run.history[-1].train.accuracy, -run.seed))


def open_run(
    run: Run, setting: Setting, *, tried: tuple[Run, ...] = (), claims: tuple[Claim, ...] | None = None
) -> OpenedRun:
    """A stored run, ready to be measured."""
    choice = choose_engine(run.experiment.spec, setting.engine, setting.threads)
    task = run.experiment.task

    def trying(name: str, seeds: int) -> Trials:
        return trials(name, task, seeds, setting)

    return OpenedRun(run, setting.store.stack(run), choice, tried, trying, claims)


def trials(name: str, task: Task, seeds: int, setting: Setting) -> Trials:
    """How many of seeds 0 .. `seeds`-1 learn the task by the experiment of this name."""
    runs = train_seeds(named_experiment(name, task), range(seeds), setting)
    reached = sum(any(epoch.solved for epoch in run.history) for run in runs)
    return Trials(name, len(runs), reached, sum(run.solved for run in runs))
