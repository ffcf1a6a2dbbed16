"""Rows of `experiments` and `summaries`: what can be asked of runs without reading their histories."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

from openwork.runs.columns import EXPERIMENT, RUN, TEMPORARY
from openwork.runs.schema import WITH_PARTS, format_of

_LACKING = "SELECT name FROM runs WHERE name NOT IN (SELECT run FROM summaries) LIMIT ?"
_RUN_COLUMNS = ", ".join(column.name for column in RUN)
_SPEC = {
    "layers": "n_layers",
    "heads": "n_heads",
    "d_model": "d_model",
    "d_head": "d_head",
    "d_mlp": "d_mlp",
    "act_fn": "act_fn",
    "normalization": "normalization_type",
    "attention": "attention_dir",
    "attn_only": "attn_only",
}
_RECIPE = {
    "most_epochs": "epochs",
    "batch_size": "batch_size",
    "lr": "lr",
    "schedule": "schedule",
    "weight_decay": "weight_decay",
}
_SPLIT = {"split": "kind", "held_out": "held_out"}
_MEASURED = """SELECT split, loss, accuracy, sequences = inputs FROM metrics WHERE run = ? AND epoch = ?"""
_SOLVED = """SELECT min(epoch) FROM
    (SELECT epoch, min(sequences = inputs) AS whole FROM metrics WHERE run = ? AND epoch > 0 GROUP BY epoch)
    WHERE whole"""


def summarise(rows: sqlite3.Connection, name: str) -> None:
    """Writes a run's row of `summaries` anew from the rows that the run has now; none where they make no sense, which
    whoever reads them is told."""
    rows.execute("DELETE FROM summaries WHERE run = ?", (name,))
    found = summary_of(rows, name)
    if found is None:
        return
    experiment, run = found
    number = _number(rows, experiment)
    marks = ", ".join("?" for _ in range(len(RUN) + 1))
    rows.execute(f"INSERT OR REPLACE INTO summaries (number, {_RUN_COLUMNS}) VALUES ({marks})", (number, *run))


def summary_of(rows: sqlite3.Connection, name: str) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """What a run's rows say in the columns of `EXPERIMENT` and of `RUN`; None where they make no sense."""
    query = "SELECT experiment_key, experiment, seed, status, epoch, engine, created, updated FROM runs WHERE name = ?"
    found = rows.execute(query, (name,)).fetchone()
    if found is None:
        return None
    key, text, seed, status, epoch, engine, created, updated = found
    try:
        experiment = _experiment(key, json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    parts = {split: rest for split, *rest in rows.execute(_MEASURED, (name, epoch))}
    loss, accuracy, _ = parts.get("train", (None, None, 0))
    held_out_loss, held_out_accuracy, _ = parts.get("held_out", (None, None, 0))
    solved = int(bool(parts) and all(whole for _, _, whole in parts.values()))
    (first,) = rows.execute(_SOLVED, (name,)).fetchone()
    measured = (loss, accuracy, held_out_loss, held_out_accuracy)
    return experiment, (name, seed, status, solved, epoch, first, *measured, engine, created, updated)


def stored_summary(rows: sqlite3.Connection, name: str) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """What the two tables have of a run; None where they have nothing."""
    found = rows.execute(f"SELECT number, {_RUN_COLUMNS} FROM summaries WHERE run = ?", (name,)).fetchone()
    if found is None:
        return None
    columns = ", ".join(column.name for column in EXPERIMENT)
    experiment = rows.execute(f"SELECT {columns} FROM experiments WHERE id = ?", (found[0],)).fetchone()
    return experiment or (), found[1:]


def summaries_whole(rows: sqlite3.Connection, names: Collection[str]) -> bool:
    """Whether what the store has of these runs, all that it has, is what their rows say; some may have none yet."""
    told = {run for (run,) in rows.execute("SELECT run FROM summaries")}
    return told <= set(names) and all(stored_summary(rows, name) in (None, summary_of(rows, name)) for name in names)


def lacking(rows: sqlite3.Connection, most: int = -1) -> list[str]:
    """Names of at most so many runs without a summary; all of a store from before there were any."""
    if format_of(rows) < WITH_PARTS:
        return [str(name) for (name,) in rows.execute("SELECT name FROM runs LIMIT ?", (most,))]
    (runs,), (told,) = (rows.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("runs", "summaries"))
    return [] if runs == told else [str(name) for (name,) in rows.execute(_LACKING, (most,))]


def make_temporary(rows: sqlite3.Connection) -> None:
    """Tables of the same names for this connection alone, in place of those that the store has or has not."""
    for statement in TEMPORARY:
        rows.execute(statement)


def _experiment(key: str, about: Mapping[str, Any]) -> tuple[Any, ...]:
    task, origin = about["task"], about.get("origin")
    values: dict[str, Any] = {
        "experiment": key,
        "task": task["name"],
        "params": json.dumps(task.get("params", {}), sort_keys=True),
        "imported": int(origin is not None),
        "file": None if origin is None else origin["file"],
    }
    for part, fields in (("spec", _SPEC), ("recipe", _RECIPE), ("split", _SPLIT)):
        has = about.get(part, {})
        values |= {column: has.get(field) for column, field in fields.items()}
    return tuple(values[column.name] for column in EXPERIMENT)


def _number(rows: sqlite3.Connection, experiment: tuple[Any, ...]) -> int:
    """The number of an experiment's row, which is made where there is none."""
    columns = ", ".join(column.name for column in EXPERIMENT)
    marks = ", ".join("?" for _ in EXPERIMENT)
    rows.execute(f"INSERT OR IGNORE INTO experiments ({columns}) VALUES ({marks})", experiment)
    return int(rows.execute("SELECT id FROM experiments WHERE experiment = ?", (experiment[0],)).fetchone()[0])
