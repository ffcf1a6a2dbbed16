"""Writes the rows of a run that its files told of."""

from __future__ import annotations

import sqlite3

from openwork.runs.filed import Found


def insert_run(rows: sqlite3.Connection, run: Found) -> None:
    """Its row and its epochs; their checksums are the caller's to seal."""
    columns = run.columns
    names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
    rows.execute(f"INSERT INTO runs ({names}) VALUES ({marks})", tuple(columns.values()))
    epochs, metrics = [], []
    for name, at, lr, running, step, seconds, *measured, weights in run.epochs:
        epochs.append((name, at, lr, running, step, seconds, *run.places[at], weights))
        for split, part in (("train", measured[:4]), ("held_out", measured[4:])):
            if part[-1] is not None:
                metrics.append((name, at, split, *part))
    rows.executemany(
        "INSERT INTO epochs (run, epoch, lr, running_loss, step, seconds, checkpoint, checkpoint_row, weights)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        epochs,
    )
    rows.executemany(
        "INSERT INTO metrics (run, epoch, split, loss, accuracy, sequences, inputs) VALUES (?, ?, ?, ?, ?, ?, ?)",
        metrics,
    )
