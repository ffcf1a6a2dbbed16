"""A published recipe to the letter: trained, everything that it reports measured, its claims judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openwork.analyses import stages_of
from openwork.claims import about_recipes, shipped_for
from openwork.jobs.opened import open_run
from openwork.jobs.pipeline import JUDGE, MEASURE, RECIPE, TRAIN, remember
from openwork.jobs.search import best, train_seeds
from openwork.jobs.setting import Setting
from openwork.report import Reproduction, original_named, reproduction_document, write_html
from openwork.training import named_experiment


def reproduce(name: str, setting: Setting, *, seeds: Sequence[int] = (0,), page: Path | None = None) -> Reproduction:
    """Trains a publication's recipe, measures every number that it reports, and judges its claims on the best seed.

    Raises:
        OpenworkError: an unknown publication, or a page or store that cannot be written.
    """
    original = original_named(name)
    experiment = named_experiment(original.experiment)
    stage = stages_of(setting.watch, (TRAIN, JUDGE, RECIPE, MEASURE))
    stage(TRAIN)
    runs = train_seeds(experiment, seeds, setting)
    chosen = best(runs)
    asked = about_recipes(shipped_for(experiment.task))
    opened = open_run(chosen, setting, tried=runs, recipe_claims=asked)
    stage(JUDGE)
    verdicts = opened.claims
    stage(RECIPE)
    remember(opened, (*verdicts, *opened.recipe.verdicts), setting.store)
    stage(MEASURE)
    measured = tuple(open_run(run, setting).reproduced(original) for run in runs)
    reproduction = Reproduction(original, experiment, measured, chosen.seed, verdicts, opened.recipe)
    if page is not None:
        write_html(reproduction_document(reproduction), page)
    return reproduction
