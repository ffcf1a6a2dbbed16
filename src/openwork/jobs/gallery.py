"""A page about somebody else's model: imported, measured, its claims judged and its routes found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from openwork.analyses import stages_of
from openwork.claims import Claim, ClaimsHeading
from openwork.data import Inputs
from openwork.interop import ImportedModel
from openwork.jobs.imports import import_file
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.pipeline import JUDGE, MEASURE, ROUTES
from openwork.jobs.setting import Setting
from openwork.models import ModelSpec
from openwork.report import GalleryPage
from openwork.tasks import Task

IMPORT = "importing the file"
ClaimsFor = Callable[[ModelSpec], Sequence[Claim]]


def gallery_run(
    file: Path,
    task: Task,
    heading: ClaimsHeading,
    claims_for: ClaimsFor,
    setting: Setting,
    inputs: Inputs,
    traced: Inputs,
    *,
    live: bool = False,
) -> tuple[OpenedRun, ImportedModel]:
    """The run of a checkpoint, its claims judged and its routes found; and what was read of it.

    Claims are judged where the model is right: how a model works cannot be asked of its mistakes.

    Args:
        file: a checkpoint that `read_checkpoint` takes.
        task: what its model should compute.
        heading: title and open questions.
        claims_for: the claims, once the model's spec is known.
        setting: store and engine.
        inputs: on which the model is measured and claims are judged.
        traced: on which routes are found, which takes many more passes.
        live: measure also all else that a live page shows.

    Raises:
        CheckpointError: the file cannot be read or does not fit the task.
        ClaimError: the claims do not fit the model; with every mistake.
        StoreNotWritable: nothing is kept then.
    """
    stage = stages_of(setting.watch, (IMPORT, JUDGE, ROUTES, *((MEASURE,) if live else ())))
    stage(IMPORT)
    run, imported = import_file(file, task, setting, {}, inputs=inputs)
    claims, right = tuple(claims_for(run.spec)), replace(inputs, only_right=True)
    opened = open_run(run, setting, claims=claims, heading=heading, inputs=right, routes_on=traced)
    stage(JUDGE)
    _ = opened.claims
    stage(ROUTES)
    _ = opened.all_routes
    if live:
        stage(MEASURE)
        _ = opened.measured
    return opened, imported


def gallery_page(opened: OpenedRun, imported: ImportedModel, heading: ClaimsHeading, command: str) -> GalleryPage:
    """What the page shows that the command makes."""
    coverage, verdicts = opened.subject.coverage, tuple(opened.claims)
    return GalleryPage(heading, opened.overview, imported, coverage, verdicts, opened.all_routes, command)
