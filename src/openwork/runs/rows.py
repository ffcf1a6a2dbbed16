"""Rows of the database as runs, each held to its checksums; what does not match is told, and hides no other."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from openwork.errors import Reason
from openwork.runs.checksums import checksum, damage, linked
from openwork.runs.manifest import missing, names_and_damage
from openwork.runs.run import EpochRecord, Run
from openwork.runs.schema import WITH_CHECKSUMS, format_of
from openwork.training import Measured, Status

COLUMNS = ("name", "seed", "status", "epoch", "engine", "created", "updated", "experiment_key", "experiment")
STATE = ("state_file", "state_row", "history", "kept")
_EPOCHS = """SELECT e.run, e.epoch, e.lr, e.running_loss, e.step, e.seconds,
    t.loss, t.accuracy, t.sequences, t.inputs, h.loss, h.accuracy, h.sequences, h.inputs, {weights}
    FROM epochs e
    JOIN metrics t ON t.run = e.run AND t.epoch = e.epoch AND t.split = 'train'
    LEFT JOIN metrics h ON h.run = e.run AND h.epoch = e.epoch AND h.split = 'held_out'
    WHERE e.run = ? AND e.epoch > ? ORDER BY e.epoch"""
NO_EPOCH = -1
"""before the first, which is 0 for an imported model"""
UNREADABLE = (sqlite3.Error, ValueError, TypeError, KeyError)
"""what reading a damaged run may raise"""
NOT_KEPT = ""
"""in the place of the file that has an epoch's weights, where they were pruned"""
NOT_WHOLE = "its row is not what was written"
NO_HISTORY = "its epochs are not those that were written"


@dataclass(frozen=True)
class Contents:
    """What a store holds: the runs that are whole, oldest first, and what is damaged, each by name."""

    runs: tuple[Run, ...]
    damage: tuple[Reason, ...]


def contents(rows: sqlite3.Connection, path: Path) -> Contents:
    """Every run that can be read and matches its checksums, and what else there should be."""
    names, broken = names_and_damage(rows)
    runs, reasons = [], []
    for name in names:
        try:
            found = load_run(rows, name)
        except UNREADABLE as error:
            reasons.append(damage(path, told_of(error), f"run {name}"))
        else:
            runs.append(found)
    lacking = missing(rows, names)
    if broken and not (lacking or reasons):
        lacking = f"its list of runs cannot be read: {broken}"
    reasons += [damage(path, lacking)] if lacking else []
    return Contents(tuple(sorted(runs, key=lambda run: (run.created, run.experiment_key, run.seed))), tuple(reasons))


def load_run(rows: sqlite3.Connection, name: str) -> Run:
    """The run of this name.

    Raises:
        KeyError: there is none.
        ValueError: it is not what was written.
        sqlite3.Error: it cannot be read.
    """
    row = run_row(rows, name)
    epochs = epoch_rows(rows, name)
    if format_of(rows) >= WITH_CHECKSUMS and linked("", epochs) != row["history"]:
        raise ValueError(NO_HISTORY)
    run = _run(row, epochs)
    if run is None:
        raise ValueError(NOT_WHOLE)
    return run


def run_row(rows: sqlite3.Connection, name: str) -> dict[str, Any]:
    """The columns of a run's row by name; its checksum has been verified where it has one.

    Raises:
        KeyError: there is none.
        ValueError: it is not what was written.
    """
    known = format_of(rows) >= WITH_CHECKSUMS
    columns = (*COLUMNS, *STATE, "checksum") if known else (*COLUMNS, *STATE[:2])
    found = rows.execute(f"SELECT {', '.join(columns)} FROM runs WHERE name = ?", (name,)).fetchone()
    if found is None:
        raise KeyError(name)
    if known and checksum("runs", *found[:-1]) != found[-1]:
        raise ValueError(NOT_WHOLE)
    return dict(zip(columns, found, strict=True))


def epoch_rows(rows: sqlite3.Connection, name: str, after: int = NO_EPOCH) -> list[tuple[Any, ...]]:
    """A run's epochs as the chain of its history covers them, ascending."""
    weights = "e.weights" if format_of(rows) >= WITH_CHECKSUMS else "NULL"
    return rows.execute(_EPOCHS.format(weights=weights), (name, after)).fetchall()


def told_of(error: Exception) -> str:
    """What is told of a run whose rows raised this."""
    if isinstance(error, KeyError):
        return "its row cannot be found"
    return str(error) if isinstance(error, ValueError | TypeError) else f"cannot be read: {error}"


def _run(row: dict[str, Any], epochs: Sequence[tuple[Any, ...]]) -> Run | None:
    """The run of these rows; None where they cannot be one, which older formats have no checksums to tell."""
    try:
        about = json.loads(row["experiment"])
        history = tuple(record_of(*epoch[1:-1]) for epoch in epochs)
        sound = (
            isinstance(about["task"]["name"], str)
            and row["status"] in get_args(Status)
            and bool(history)
            and history[-1].epoch == row["epoch"]
            and all(isinstance(row[column], str) for column in ("engine", "created", "updated", "experiment_key"))
            and isinstance(row["seed"], int)
        )
    except (ValueError, TypeError, KeyError):
        return None
    told = {column: row[column] for column in COLUMNS[:-1]}
    return Run(**told, experiment_json=row["experiment"], history=history) if sound else None


def record_of(epoch: int, lr: float, running_loss: float | None, step: int, seconds: float, *parts: Any) -> EpochRecord:
    """An epoch from the columns of its rows, in the order of the chain."""
    train, held_out = _measured(*parts[:4]), _measured(*parts[4:]) if parts[-1] is not None else None
    return EpochRecord(epoch, lr, _number(running_loss), train, held_out, step, seconds)


def _measured(loss: float | None, accuracy: float | None, sequences: int, inputs: int) -> Measured:
    return Measured(_number(loss), _number(accuracy), sequences, inputs)


def _number(value: float | None) -> float:
    """SQLite keeps NaN as NULL."""
    return math.nan if value is None else float(value)
