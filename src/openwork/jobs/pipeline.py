"""The spine: the main job from a task to a report. Read this file first.

task -> experiment -> train seeds side by side -> keep every epoch -> open a solved run -> judge claims -> report
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openwork.analyses import stages_of
from openwork.claims import Claim, ClaimsHeading, Verdict, about_recipes, shipped_for
from openwork.data import USUAL_INPUTS, Inputs
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.printing import chromium
from openwork.jobs.search import best, first_solved, search, train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import Store
from openwork.tasks import Task
from openwork.training import Experiment, named_experiment

TRAIN, JUDGE, RECIPE, MEASURE = "training seeds", "judging claims", "judging claims about a recipe", "measuring"
PROGRAM, PROVE = "looking for the program inside", "proving it on every input"
OVER_TRAINING, ROUTES = "judging claims over the training", "looking for routes"
COMPARE, WRITE = "looking for routes of other seeds", "writing the page"
NO_ROUTES = "no routes: the model does not solve the task"
NO_PROGRAM = "no program: the model does not solve the task"
NO_SETS = "answers are sets or come in several lengths, which it cannot handle yet"
"""the stages of a job, as they are announced"""
FEW_SECONDS = 40.0
"""of processor time for the program in a report, whatever else the machine does; `openwork decompile` looks longer"""


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
    heading: ClaimsHeading | None = None,
    recipe_claims: bool = False,
    page: Path | None = None,
    compare: bool = False,
    inputs: Inputs = USUAL_INPUTS,
) -> Explanation:
    """Trains until a model is right on every input, judges the claims on it, and writes its report to `page`.

    With `seeds`, only these are trained, each to its end, and the best is explained whether or not it is solved.

    Args:
        task: what to learn.
        setting: store, engine, and who watches.
        experiment: how; else the task's own.
        seeds: which to train; else as many as it takes, side by side, until a first one is solved.
        claims: what to judge; else what ships for the task: an article's claims, or our own.
        heading: what the file of these claims says of itself.
        recipe_claims: judge also those that ship and speak of a recipe, for which seeds may have to be trained; among
            `claims` they are asked for.
        page: HTML file to write; else none.
        compare: look for the routes of other solved seeds too, for the page.
        inputs: on how many to measure; others than the usual are not remembered.

    Raises:
        OpenworkError: anything that does not fit, before training starts.
    """
    experiment = experiment or named_experiment(task.name, task)
    asked = about_recipes(claims if claims is not None else shipped_for(task) if recipe_claims else ())
    paged = () if page is None else (MEASURE, ROUTES, *((COMPARE,) if compare else ()), WRITE)
    stage = stages_of(setting.watch, (TRAIN, PROGRAM, PROVE, JUDGE, *((RECIPE,) if asked else ()), *paged))
    stage(TRAIN)
    runs = search(experiment, setting) if seeds is None else train_seeds(experiment, seeds, setting)
    chosen = first_solved(runs) if seeds is None else best(runs)
    also = asked if claims is None else ()
    opened = open_run(chosen, setting, tried=runs, claims=claims, heading=heading, recipe_claims=also, inputs=inputs)
    look_inside(opened, stage)
    stage(JUDGE)
    judged = opened.claims
    if asked:
        stage(RECIPE)
    verdicts = (*judged, *opened.recipe.verdicts)
    remember(opened, verdicts, setting.store)
    return Explanation(opened, verdicts, None if page is None else write_report(opened, page, stage, compare=compare))


def report(
    opened: OpenedRun,
    page: Path,
    setting: Setting,
    *,
    static: bool = False,
    compare: bool = False,
    over_training: bool = False,
    pdf: bool = False,
) -> Path:
    """Writes the report on a stored run.

    Args:
        opened: the run.
        page: file to write.
        setting: who watches.
        static: without scripts.
        pdf: as PDF, which the system's Chromium prints.
        compare: look for the routes of other solved seeds too.
        over_training: judge its claims at its checkpoints first.

    Raises:
        StoreNotWritable: the file cannot be written there.
        PlanError: a PDF is asked for, and there is no Chromium; said before anything is measured.
    """
    if pdf:
        chromium()
    first = (PROGRAM, PROVE, JUDGE, *((OVER_TRAINING,) if over_training else ()))
    stage = stages_of(setting.watch, (*first, MEASURE, ROUTES, *((COMPARE,) if compare else ()), WRITE))
    look_inside(opened, stage)
    stage(JUDGE)
    _ = opened.claims
    if over_training:
        stage(OVER_TRAINING)
        opened.over_training()
    return write_report(opened, page, stage, static=static, compare=compare, pdf=pdf)


def look_inside(opened: OpenedRun, stage: Callable[..., None]) -> None:
    """Looks for the program of a model that solves its task, and proves it, so that the report has both."""
    stage(PROGRAM, "" if opened.decompilable else NO_PROGRAM)
    if opened.decompilable:
        opened.look_inside(FEW_SECONDS)
    stage(PROVE, opened.why_no_proof)
    if not opened.why_no_proof:
        opened.prove()


def write_report(
    opened: OpenedRun,
    page: Path,
    stage: Callable[..., None],
    *,
    static: bool = False,
    compare: bool = False,
    pdf: bool = False,
) -> Path:
    """Measures what a report shows, stage by stage, and writes it."""
    stage(MEASURE)
    _ = opened.measured
    sets = not opened.stored.task.one_symbol_each
    stage(ROUTES, "" if opened.shows_routes else f"no routes: {NO_SETS}" if sets else NO_ROUTES)
    _ = opened.results
    if compare:
        stage(COMPARE, f"no routes: {NO_SETS}" if sets else "")
    if compare and not sets:
        opened.compared_siblings(compare)
    stage(WRITE)
    return opened.report(page, static=static, compare=compare, pdf=pdf)


def remember(opened: OpenedRun, verdicts: Sequence[Verdict], store: Store) -> None:
    """Keeps verdicts that are new, on the usual inputs, and on a run that will not go on learning.

    Raises:
        StoreNotWritable: they cannot be kept.
    """
    fresh = {verdict.key: verdict.as_json() for verdict in verdicts if verdict not in opened.known}
    if fresh and opened.inputs == USUAL_INPUTS and opened.stored.ended:
        store.save_verdicts(opened.stored, fresh)
