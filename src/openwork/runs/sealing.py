"""Gives rows the checksums of what they hold now, within a change."""

from __future__ import annotations

import sqlite3

from openwork.runs.checksums import checksum, linked
from openwork.runs.kept_rows import KEPT, of_kept
from openwork.runs.manifest import seal_all_names
from openwork.runs.rows import COLUMNS, NO_EPOCH, STATE, epoch_rows
from openwork.runs.summaries import summarise


def seal_history(rows: sqlite3.Connection, name: str, after: int = NO_EPOCH) -> None:
    """Adds the epochs after `after` to the chain in a run's row."""
    head = "" if after == NO_EPOCH else rows.execute("SELECT history FROM runs WHERE name = ?", (name,)).fetchone()[0]
    head = linked(head, epoch_rows(rows, name, after))
    rows.execute("UPDATE runs SET history = ? WHERE name = ?", (head, name))


def seal_run(rows: sqlite3.Connection, name: str) -> None:
    """Gives a run's row the checksum of what it holds now; its history has its own (`seal_history`)."""
    rows.execute("UPDATE runs SET kept = ? WHERE name = ?", (of_kept(rows, name), name))
    found = rows.execute(f"SELECT {', '.join((*COLUMNS, *STATE))} FROM runs WHERE name = ?", (name,)).fetchone()
    if found is not None:
        rows.execute("UPDATE runs SET checksum = ? WHERE name = ?", (checksum("runs", *found), name))
        summarise(rows, name)


def seal_all(rows: sqlite3.Connection) -> None:
    """Gives every row its checksum: of a store of an older format, or one just rebuilt."""
    for table, columns in KEPT.items():
        for number, *found in rows.execute(f"SELECT rowid, {', '.join(columns)} FROM {table}").fetchall():
            rows.execute(f"UPDATE {table} SET checksum = ? WHERE rowid = ?", (checksum(table, *found), number))
    for (name,) in rows.execute("SELECT name FROM runs").fetchall():
        seal_history(rows, name)
        seal_run(rows, name)
    seal_all_names(rows)
