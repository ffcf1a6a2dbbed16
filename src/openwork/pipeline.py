"""The spine: the main job from a task to a report. Read this file first.

task -> experiment -> train seeds side by side -> keep every epoch -> open a solved run -> judge claims -> report
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openwork.claims import Claim, Trials, Verdict, verdict_from_json
from openwork.data import USUAL_INPUTS, Inputs
from openwork.engines import choose_engine
from openwork.opened import OpenedRun
from openwork.report import Reproduction, original_named, reproduction_document, write_html
from openwork.runs import KeptResults, Run, Store
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
    inputs: Inputs = USUAL_INPUTS,
) -> Explanation:
    """Trains until a model is right on every input, judges the claims on it, and writes its report to `page`.

    With `seeds`, only these are trained, and the best is explained whether or not it is solved. The claims are those
    that ship for the task unless given: an article's, or our own. `inputs` says on how many inputs to measure; others
    than the usual are not remembered.

    Raises:
        OpenworkError: anything that does not fit, before training starts.
    """
    experiment = experiment or named_experiment(task.name, task)
    runs = search(experiment, setting) if seeds is None else train_seeds(experiment, seeds, setting)
    opened = open_run(best(runs), setting, tried=runs, claims=claims, inputs=inputs)
    verdicts = opened.claims
    remember(opened, verdicts, setting.store)
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
    opened = open_run(chosen, setting, tried=runs)
    verdicts = opened.claims
    remember(opened, verdicts, setting.store)
    measured = tuple(open_run(run, setting).reproduced(original) for run in runs)
    found = Reproduction(original, experiment, measured, chosen.seed, verdicts)
    if page is not None:
        write_html(reproduction_document(found), page)
    return found


def remember(opened: OpenedRun, verdicts: Sequence[Verdict], store: Store) -> None:
    """Keeps verdicts that are new, on the usual inputs, and on a run that will not go on learning.

    Raises:
        StoreNotWritable: they cannot be kept.
    """
    fresh = {verdict.key: verdict.as_json() for verdict in verdicts if verdict not in opened.known}
    if fresh and opened.inputs == USUAL_INPUTS and opened.run.ended:
        store.save_verdicts(opened.run, fresh)


def open_run(
    run: Run,
    setting: Setting,
    *,
    tried: tuple[Run, ...] = (),
    claims: tuple[Claim, ...] | None = None,
    trains: bool = True,
    inputs: Inputs = USUAL_INPUTS,
) -> OpenedRun:
    """A stored run, ready to be measured. With `trains`, claims about learning may train seeds that are not stored.

    The store's verdicts are those on the inputs that are taken unless others are asked for.
    """
    choice = choose_engine(run.spec, setting.engine, setting.threads)
    task = run.task

    def trying(name: str, seeds: int) -> Trials | None:
        return trials(name, task, seeds, setting, trains)

    stack = setting.store.stack(run)
    known = stored_verdicts(setting.store, run) if inputs == USUAL_INPUTS else ()
    kept = KeptResults(setting.store.home, run)
    kin = tuple(setting.store.runs_of(run.experiment)) if not run.imported else ()
    at, of = partial(setting.store.stack_at, run), setting.store.stack
    return OpenedRun(run, stack, choice, tried, trying, claims, known, inputs, setting.steps, kept, kin, of, at)


def stored_verdicts(store: Store, run: Run) -> tuple[Verdict, ...]:
    """What was judged of this run before; nothing of one that has gone on learning since."""
    return tuple(verdict_from_json(kept) for kept in store.verdicts(run).values()) if run.ended else ()
