"""The spine: the main job from a task to a report. Read this file first.

task -> experiment -> train seeds side by side -> keep every epoch -> open a solved run -> judge claims -> report
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openwork.claims import Claim, Trials, Verdict, verdict_from_json
from openwork.engines import choose_engine
from openwork.opened import OpenedRun
from openwork.report import Reproduction, original_named, reproduction_document, write_html
from openwork.runs import Run, Store
from openwork.search import Setting, best, search, train_seeds, trials
from openwork.tasks import Task
from openwork.training import Experiment, named_experiment


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


def open_run(
    run: Run,
    setting: Setting,
    *,
    tried: tuple[Run, ...] = (),
    claims: tuple[Claim, ...] | None = None,
    trains: bool = True,
) -> OpenedRun:
    """A stored run, ready to be measured. With `trains`, claims about learning may train seeds that are not stored."""
    choice = choose_engine(run.experiment.spec, setting.engine, setting.threads)
    task = run.experiment.task

    def trying(name: str, seeds: int) -> Trials | None:
        return trials(name, task, seeds, setting, trains)

    stack, known = setting.store.stack(run), stored_verdicts(setting.store, run)
    return OpenedRun(run, stack, choice, tried, trying, claims, known)


def stored_verdicts(store: Store, run: Run) -> tuple[Verdict, ...]:
    """What was judged of this run before; nothing of one that has gone on learning since."""
    return tuple(verdict_from_json(kept) for kept in store.verdicts(run).values()) if run.ended else ()
