"""Rows of the database as runs."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Any

from openwork.runs.run import EpochRecord, Run
from openwork.training import Measured

_COLUMNS = ("name", "seed", "status", "epoch", "engine", "created", "updated", "experiment_key", "experiment_json")
_RUNS = "SELECT name, seed, status, epoch, engine, created, updated, experiment_key, experiment FROM runs"
_HISTORY = """SELECT e.run, e.epoch, e.lr, e.running_loss, e.step, e.seconds,
    t.loss, t.accuracy, t.sequences, t.inputs, h.loss, h.accuracy, h.sequences, h.inputs
    FROM epochs e
    JOIN metrics t ON t.run = e.run AND t.epoch = e.epoch AND t.split = 'train'
    LEFT JOIN metrics h ON h.run = e.run AND h.epoch = e.epoch AND h.split = 'held_out'"""


def load_runs(rows: sqlite3.Connection, where: str = "TRUE", values: Sequence[Any] = ()) -> list[Run]:
    """The runs for which `where`, an SQL condition on the table `runs`, holds; oldest first, then by seed."""
    found = rows.execute(f"{_RUNS} WHERE {where} ORDER BY created, experiment_key, seed", values).fetchall()
    history: dict[str, list[EpochRecord]] = {name: [] for name, *_ in found}
    chosen = f"e.run IN (SELECT name FROM runs WHERE {where})"
    for run, *epoch in rows.execute(f"{_HISTORY} WHERE {chosen} ORDER BY e.run, e.epoch", values):
        history[run].append(_epoch(*epoch))
    return [Run(**dict(zip(_COLUMNS, columns, strict=True)), history=tuple(history[columns[0]])) for columns in found]


def _epoch(epoch: int, lr: float, running_loss: float | None, step: int, seconds: float, *parts: Any) -> EpochRecord:
    train, held_out = _measured(*parts[:4]), _measured(*parts[4:]) if parts[-1] is not None else None
    return EpochRecord(epoch, lr, _number(running_loss), train, held_out, step, seconds)


def _measured(loss: float | None, accuracy: float | None, sequences: int, inputs: int) -> Measured:
    return Measured(_number(loss), _number(accuracy), sequences, inputs)


def _number(value: float | None) -> float:
    """SQLite keeps NaN as NULL."""
    return math.nan if value is None else value
