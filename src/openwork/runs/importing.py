"""Keeps a model that somebody else trained: one run without a training, with how right it was when it came."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from sqlite3 import Connection

from openwork.errors import Reason, SpecError
from openwork.models import Stack
from openwork.runs.checksums import of_numbers
from openwork.runs.files import WEIGHTS, named
from openwork.runs.imported import CHOICES, Imported
from openwork.runs.rows import epoch_rows
from openwork.runs.run import Run
from openwork.runs.sealing import seal_history, seal_run
from openwork.runs.store import Store, utc_now
from openwork.runs.tensors import weights_bytes
from openwork.runs.writing import about_run
from openwork.training import Measured

NOT_KEPT = ""


def keep_import(store: Store, imported: Imported, stack: Stack, measured: Measured, engine: str) -> Run:
    """The run of this import; made now unless it is there.

    Args:
        store: where to.
        imported: task, model and origin.
        stack: its weights, a stack of one.
        measured: how right it is.
        engine: what measured it.

    Raises:
        SpecError: a number of the model's spec is not finite.
        StoreNotWritable: read-only, full, or no permission; nothing is kept then.
    """
    now, weights = utc_now(), of_numbers(stack.flat[0])
    _require_finite(imported, imported.run_name)
    status = "solved" if measured.sequences == measured.inputs else "finished"
    with store.database.changing(files=True) as change:
        imported = _told_apart(change.rows, imported, weights)
        name = imported.run_name
        if change.run(name) is None:
            change.added.add(name)
            rows, about = change.rows, json.dumps(imported.as_json(), sort_keys=True)
            rows.execute(
                "INSERT INTO runs (name, experiment_key, experiment, seed, status, epoch, engine, created, updated)"
                " VALUES (?, ?, ?, 0, ?, 0, ?, ?, ?)",
                (name, imported.key, about, status, engine, now, now),
            )
            rows.execute(
                "INSERT INTO epochs (run, epoch, lr, running_loss, step, seconds, checkpoint, checkpoint_row, weights)"
                " VALUES (?, 0, 0, ?, 0, 0, ?, 0, ?)",
                (name, math.nan, named(WEIGHTS, name), weights),
            )
            rows.execute(
                "INSERT INTO metrics (run, epoch, split, loss, accuracy, sequences, inputs)"
                " VALUES (?, 0, 'train', ?, ?, ?, ?)",
                (name, measured.loss, measured.accuracy, measured.sequences, measured.inputs),
            )
            seal_history(rows, name)
            told = {"experiment": imported.as_json(), "seed": 0, "writer": change.writer, "run": about_run(rows, name)}
            [epoch] = epoch_rows(rows, name)
            change.put_named(WEIGHTS, name, weights_bytes(stack, (name, 0), epoch[1:-1], told))
            seal_run(rows, name)
    return store.find(name)


def _told_apart(rows: Connection, imported: Imported, weights: str) -> Imported:
    """The import under the name by which its run goes: before choices were part of a name, two that differed in them
    only had the same one, and a run that has it already keeps it."""
    origin = imported.origin
    before = replace(imported, origin=replace(origin, choices={}))
    there = _weights_of(rows, before.run_name)
    if there in (weights, NOT_KEPT) or (there is None and not origin.choices):
        return before
    choices = origin.choices or dict.fromkeys(CHOICES, 0)
    return replace(imported, origin=replace(origin, choices=choices))


def _weights_of(rows: Connection, name: str) -> str | None:
    """The checksum of a run's weights, empty in a store from before it was kept; None where there is no such run."""
    row = rows.execute("SELECT weights FROM epochs WHERE run = ? AND epoch = 0", (name,)).fetchone()
    return None if row is None else row[0] or NOT_KEPT


def _require_finite(imported: Imported, name: str) -> None:
    """Nothing where every number of the model's spec is finite."""
    reasons = [
        Reason(f"run {name}, {field}", f"is {value}, which is no number a model can have", "give another")
        for field, value in imported.spec.model_dump().items()
        if isinstance(value, float) and not math.isfinite(value)
    ]
    if reasons:
        raise SpecError("the model cannot be kept", reasons)
