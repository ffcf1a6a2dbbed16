"""A page about somebody else's model: imported, measured, its claims judged and its routes found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from openwork.analyses import stages_of
from openwork.claims import Claim, ClaimsHeading
from openwork.data import Inputs
from openwork.jobs.imports import import_file
from openwork.jobs.opened import open_run
from openwork.jobs.pipeline import JUDGE, ROUTES
from openwork.jobs.setting import Setting
from openwork.models import ModelSpec
from openwork.report import GalleryPage
from openwork.tasks import Task

IMPORT = "importing the file"
ClaimsFor = Callable[[ModelSpec], Sequence[Claim]]


def gallery_entry(
    file: Path,
    task: Task,
    heading: ClaimsHeading,
    claims_for: ClaimsFor,
    setting: Setting,
    inputs: Inputs,
    traced: Inputs,
    command: str,
) -> GalleryPage:
    """What a page shows of a checkpoint.

    Claims are judged where the model is right: how a model works cannot be asked of its mistakes.

    Args:
        file: a checkpoint that `read_checkpoint` takes.
        task: what its model should compute.
        heading: title and open questions.
        claims_for: the claims, once the model's spec is known.
        setting: store and engine.
        inputs: on which the model is measured and claims are judged.
        traced: on which routes are found, which takes many more passes.
        command: what the user typed.

    Raises:
        CheckpointError: the file cannot be read or does not fit the task.
        ClaimError: the claims do not fit the model; with every mistake.
        StoreNotWritable: nothing is kept then.
    """
    stage = stages_of(setting.watch, (IMPORT, JUDGE, ROUTES))
    stage(IMPORT)
    run, imported = import_file(file, task, setting, {}, inputs=inputs)
    claims = claims_for(run.spec)
    judged = open_run(run, setting, inputs=replace(inputs, only_right=True))
    stage(JUDGE)
    verdicts = judged.check(claims)
    stage(ROUTES)
    routes = open_run(run, setting, inputs=traced).all_routes
    overview = open_run(run, setting, inputs=inputs).overview
    return GalleryPage(heading, overview, imported, judged.subject.coverage, tuple(verdicts), routes, command)
