"""Keeps a model that somebody else trained: one run without a training, with how right it was when it came."""

from __future__ import annotations

import json
import math

from openwork.models import Stack
from openwork.runs.files import WEIGHTS
from openwork.runs.imported import Imported
from openwork.runs.run import Run
from openwork.runs.store import Store, utc_now
from openwork.runs.tensors import weights_bytes
from openwork.training import Measured


def keep_import(store: Store, imported: Imported, stack: Stack, measured: Measured, engine: str) -> Run:
    """The run of this import; made now unless it is there.

    Args:
        store: where to.
        imported: task, model and origin.
        stack: its weights, a stack of one.
        measured: how right it is.
        engine: what measured it.

    Raises:
        StoreNotWritable: read-only, full, or no permission; nothing is kept then.
    """
    name, now = imported.run_name, utc_now()
    about = json.dumps(imported.as_json(), sort_keys=True)
    status = "solved" if measured.sequences == measured.inputs else "finished"
    with store.database.changing() as change:
        if not change.rows.execute("SELECT 1 FROM runs WHERE name = ?", (name,)).fetchone():
            file = change.put(WEIGHTS, weights_bytes(stack, name, imported.as_json(), 0, 0), name)
            change.rows.execute(
                "INSERT INTO runs (name, experiment_key, experiment, seed, status, epoch, engine, created, updated)"
                " VALUES (?, ?, ?, 0, ?, 0, ?, ?, ?)",
                (name, imported.key, about, status, engine, now, now),
            )
            change.rows.execute(
                "INSERT INTO epochs (run, epoch, lr, running_loss, step, seconds, checkpoint, checkpoint_row)"
                " VALUES (?, 0, 0, ?, 0, 0, ?, 0)",
                (name, math.nan, file),
            )
            change.rows.execute(
                "INSERT INTO metrics (run, epoch, split, loss, accuracy, sequences, inputs)"
                " VALUES (?, 0, 'train', ?, ?, ?, ?)",
                (name, measured.loss, measured.accuracy, measured.sequences, measured.inputs),
            )
    return store.find(name)
