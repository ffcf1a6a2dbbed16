"""Somebody else's model into the store: read, completed by trial where its file leaves things out, measured, kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from openwork.analyses import Subject, as_generated, not_numbers_text
from openwork.data import USUAL_INPUTS, Dataset, Inputs, draw, enumerate_domain
from openwork.engines import choose_engine
from openwork.interop import (
    ROUNDS,
    Checkpoint,
    ImportedModel,
    imported_model,
    live_checkpoint,
    read_checkpoint,
    residual_note,
    tracr_checkpoint,
)
from openwork.jobs.setting import Setting
from openwork.runs import CHOICES, Imported, Origin, Run, keep_import
from openwork.tasks import Task
from openwork.training import Measured

Tell = Callable[[str], None]


def import_file(
    path: Path,
    task: Task,
    setting: Setting,
    options: Mapping[str, Any],
    *,
    config: Path | None = None,
    inputs: Inputs = USUAL_INPUTS,
    tell: Tell = lambda _: None,
) -> tuple[Run, ImportedModel]:
    """The run of a checkpoint's model.

    Args:
        path: the file.
        task: what the model should compute.
        setting: store and engine.
        options: fields of the model that the user says.
        config: what else says some; see `read_checkpoint`.
        inputs: on which its accuracy is measured.
        tell: called with a line about every step.

    Raises:
        CheckpointError: the file cannot be read, contradicts itself or does not fit the task; with every reason.
        StoreNotWritable: nothing is kept then.
    """
    checkpoint = read_checkpoint(path, config)
    imported = imported_model(checkpoint, options, task, _questions(task), tell)
    run = keep_imported_model(imported, checkpoint, task, setting, inputs)
    return run, replace(imported, notes=run.source.origin.notes) if isinstance(run.source, Imported) else imported


def import_live(model: Any, task: Task, setting: Setting, pad_token: int | None = None) -> Run:
    """The run of a live model of TransformerLens.

    Its config says all but the token whose keys it masks. Where the task pads and nobody says that token, whether it is
    masked is found by trial, as for a file.

    Raises:
        CheckpointError: not a model of the family, or not one of the task; with every reason.
        StoreNotWritable: nothing is kept then.
    """
    checkpoint = live_checkpoint(model)
    if pad_token is None and task.pad_token is not None:
        imported = imported_model(checkpoint, {}, task, _questions(task))
    else:
        imported = imported_model(checkpoint, {"pad_token": pad_token}, task)
    return keep_imported_model(imported, checkpoint, task, setting)


def import_tracr(model: Any, task: Task, setting: Setting) -> Run:
    """The run of a model that Tracr compiled; its notes name the dimensions of the residual stream.

    Raises:
        CheckpointError: no such model, or not one of the task; with every reason.
        StoreNotWritable: nothing is kept then.
    """
    checkpoint, labels = tracr_checkpoint(model)
    imported = imported_model(checkpoint, {}, task)
    imported = replace(imported, notes=(*imported.notes, residual_note(labels)))
    return keep_imported_model(imported, checkpoint, task, setting)


def keep_imported_model(
    imported: ImportedModel, checkpoint: Checkpoint, task: Task, setting: Setting, inputs: Inputs = USUAL_INPUTS
) -> Run:
    """Measures an imported model on the task and keeps it."""
    engine = choose_engine(imported.stack.spec, setting.engine, setting.threads).engine
    asked = inputs.of(task)
    scores = engine.score(imported.stack, asked)
    said, lost = tuple(map(str, imported.known)), int(scores.not_numbers[0])
    notes = (*imported.notes, not_numbers_text(lost, scores.inputs)) if lost else imported.notes
    if task.varying and task.writes_answers and imported.stack.spec.attention_dir == "causal":
        notes = (*notes, as_generated(Subject(engine, imported.stack, task, asked)).headline)
    choices = {known.field: int(known.value) for known in imported.known if known.field in CHOICES and known.value}
    origin = Origin(checkpoint.name, checkpoint.digest, imported.dialect, said, notes, choices)
    measured = Measured(float(scores.loss[0]), float(scores.accuracy[0]), int(scores.sequences[0]), scores.inputs)
    source = Imported(task, imported.stack.spec, origin)
    return keep_import(setting.store, source, imported.stack, measured, engine.arithmetic)


def _questions(task: Task) -> Dataset:
    """As many as a search asks at most: all of them where they are no more."""
    size = task.domain_size
    return enumerate_domain(task) if size is not None and size <= ROUNDS[-1] else draw(task, ROUNDS[-1])
