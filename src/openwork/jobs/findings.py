"""Many models at once: every seed of an experiment trained, and everything asked of each that is solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openwork.analyses import Line, stages_of
from openwork.claims import Claim, Publication, about_models, about_recipes
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.counting import census
from openwork.jobs.opened import open_run
from openwork.jobs.pipeline import RECIPE, TRAIN
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting, part_of
from openwork.report import Findings, FoundModel
from openwork.training import Experiment

MODELS = "judging every solved seed and looking for its routes"


def findings(
    experiment: Experiment,
    seeds: Sequence[int],
    claims: Sequence[tuple[str, tuple[Claim, ...]]],
    setting: Setting,
    command: str,
    publication: Publication | None = None,
    programs: CensusAsked | None = None,
) -> Findings:
    """Trains the seeds, judges all claims on every solved one and finds its routes; what the store knows is not redone.

    Claims about a recipe are no solved seed's, and are judged once.

    Args:
        experiment: what to train.
        seeds: with which.
        claims: groups with their titles; ids differ.
        setting: store and engine.
        command: what the user typed, for the page.
        publication: whose recipe it is, where there is one.
        programs: the census of the same seeds, where their programs are looked for too.

    Raises:
        OpenworkError: anything that does not fit, before training starts.
    """
    counted = None if programs is None else census(programs, setting, command)
    stage = stages_of(setting.watch, (TRAIN, RECIPE, MODELS))
    stage(TRAIN)
    trained = train_seeds(experiment, seeds, setting)
    runs = sorted((run for run in trained if run.solved), key=lambda run: run.seed)
    asked = tuple(claim for _, group in claims for claim in group)
    stage(RECIPE)
    recipe = open_run(trained[0], setting, recipe_claims=about_recipes(asked)).recipe
    stage(MODELS)
    models = []
    for number, run in enumerate(runs):
        setting.watch(Line(f"model {number + 1} of {len(runs)}: seed {run.seed}"))
        opened = open_run(run, replace(setting, watch=part_of(setting.watch, number, len(runs))), claims=asked)
        verdicts = opened.claims
        setting.store.save_verdicts(run, {v.claim.id: v.as_json() for v in verdicts})
        models.append(FoundModel(run.name, run.seed, tuple(verdicts), opened.all_routes))
    about = tuple((title, about_models(group)) for title, group in claims)
    apart = replace(recipe, left=(), publication=publication)
    return Findings(experiment, len(tuple(seeds)), about, tuple(models), command, apart, counted)
