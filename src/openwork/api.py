"""What `import openwork as ow` offers: the spine's jobs, with names and paths in place of values.

Every function shows progress on standard error and keeps its runs in a store, so that asking again is answered at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from openwork import pipeline
from openwork.claims import Claim
from openwork.cli.given_files import read_claims, require_writable
from openwork.cli.progress import TrainingDisplay
from openwork.models import ModelSpec
from openwork.opened import OpenedRun
from openwork.report import Reproduction, original_named
from openwork.runs import Run, Store
from openwork.search import Setting, train_seeds
from openwork.tasks import Task, make_task
from openwork.training import Experiment, named_experiment

Seeds = int | Sequence[int]
"""how many, from 0; or which"""
Claims = str | Path | Iterable[Claim]
"""a claims file, or claims"""


def explain(
    task: str | Task,
    *,
    seed: int | None = None,
    seeds: Seeds | None = None,
    params: Mapping[str, int] | None = None,
    experiment: Experiment | None = None,
    claims: Claims | None = None,
    page: str | Path | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> OpenedRun:
    """Trains until a model is right on every input, judges the claims on it, and gives it, ready to be measured.

    Args:
        task: its name, or a task.
        seed: train and explain only this seed.
        seeds: train only these, and explain the best.
        params: of the task, where it is named.
        experiment: task, model, recipe and split; else the default of the task.
        claims: what to judge; else the claims of the article about the task.
        page: HTML file to write the report to.
        store: folder of runs; else `OPENWORK_HOME`, else `openwork-runs`.
        engine: `native` or `torch`; else the one that suits the model.
        threads: cores to use; else all. Never changes a result.
        progress: whether to show it.

    Raises:
        OpenworkError: anything that does not fit, every reason at once, before training starts.
    """
    made = make_task(task, params) if isinstance(task, str) else task
    wanted = experiment or named_experiment(made.name, made)
    given = None if claims is None else _claims(claims, made, wanted.spec)
    chosen = _seeds(seeds) if seed is None else (seed,)
    target = _page(page)
    with _display(wanted, progress) as display, _store(store) as kept:
        setting = Setting(kept, engine, threads, display)
        found = pipeline.explain(made, setting, experiment=wanted, seeds=chosen, claims=given, page=target)
    return found.opened


def train(
    task: str | Task | Experiment,
    seeds: Seeds = 1,
    *,
    params: Mapping[str, int] | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> tuple[Run, ...]:
    """Trains seeds side by side into the store, or goes on with them; see `explain` for the arguments.

    Raises:
        OpenworkError: anything that does not fit, every reason at once, before training starts.
    """
    if isinstance(task, Experiment):
        wanted = task
    else:
        made = make_task(task, params) if isinstance(task, str) else task
        wanted = named_experiment(made.name, made)
    with _display(wanted, progress) as display, _store(store) as kept:
        return train_seeds(wanted, _seeds(seeds) or (), Setting(kept, engine, threads, display))


def reproduce(
    publication: str = "notebook",
    seeds: Seeds = 1,
    *,
    page: str | Path | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> Reproduction:
    """A published recipe to the letter, every number that it reports beside ours; see `explain` for the arguments.

    Raises:
        OpenworkError: an unknown publication, or a page or store that cannot be written.
    """
    wanted, target = named_experiment(original_named(publication).experiment), _page(page)
    with _display(wanted, progress) as display, _store(store) as kept:
        setting = Setting(kept, engine, threads, display)
        return pipeline.reproduce(publication, setting, seeds=_seeds(seeds) or (), page=target)


def runs(store: str | Path | None = None) -> list[Run]:
    """Every stored run, oldest first."""
    with _store(store) as kept:
        return kept.runs()


def open_run(
    name: str, *, store: str | Path | None = None, engine: str | None = None, threads: int | None = None
) -> OpenedRun:
    """A stored run, by its name or how that begins, ready to be measured.

    Raises:
        UnknownRun: no run has this name, or several begin so.
    """
    with _store(store) as kept:
        return pipeline.open_run(kept.find(name), Setting(kept, engine, threads))


def _seeds(seeds: Seeds | None) -> tuple[int, ...] | None:
    if seeds is None:
        return None
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)


def _claims(claims: Claims, task: Task, spec: ModelSpec) -> tuple[Claim, ...]:
    return read_claims(Path(claims), task, spec) if isinstance(claims, str | Path) else tuple(claims)


def _page(page: str | Path | None) -> Path | None:
    if page is None:
        return None
    require_writable(Path(page))
    return Path(page)


def _store(folder: str | Path | None) -> Store:
    return Store.open(None if folder is None else Path(folder))


def _display(experiment: Experiment, progress: bool) -> TrainingDisplay:
    console = Console(file=sys.stderr, highlight=False, quiet=not progress)
    return TrainingDisplay(console, experiment.recipe.epochs)
