"""What can be read of a damaged database: the rows that match their checksums, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openwork.errors import StoreError
from openwork.runs.checksums import checksum
from openwork.runs.filed import Found
from openwork.runs.kept_rows import KEPT
from openwork.runs.manifest import names_whole, run_names
from openwork.runs.rows import COLUMNS, UNREADABLE, epoch_rows, load_run, run_row
from openwork.runs.schema import WITH_CHECKSUMS, WITH_PARTS, WITH_RESULTS, format_of, is_made
from openwork.runs.summaries import summaries_whole

Kept = dict[tuple[Any, ...], tuple[Any, ...]]


@dataclass
class Salvaged:
    """Rows of a database.

    Attributes:
        runs: by name, those whose row and history are whole.
        whole: whether there is nothing wrong with it.
        named: whether all names of runs that were written can be read.
        known: names that the database has, whole or not, as far as they can be read.
        verdicts, results: rows by key.
        lost: by table, how many of these rows were there and are not whole; None where that cannot be told.
    """

    whole: bool = False
    named: bool = False
    runs: dict[str, Found] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    verdicts: Kept = field(default_factory=dict)
    results: Kept = field(default_factory=dict)
    lost: dict[str, int | None] = field(default_factory=dict)


def salvage(path: Path) -> Salvaged:
    """All that is whole in the database at `path`, which may be anything; it is opened, and so should be a copy."""
    found = Salvaged()
    if not path.exists():
        return found
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as rows:
            rows.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            for name in run_names(rows):
                found.known.add(name)
                try:
                    found.runs[name] = _run(rows, name)
                except UNREADABLE:
                    continue
            found.named = names_whole(rows)
            for table, kept in (("verdicts", found.verdicts), ("results", found.results)):
                found.lost[table] = _kept(rows, table, kept)
            found.whole = found.named and found.known == set(found.runs) and not any(found.lost.values())
            found.whole &= format_of(rows) < WITH_PARTS or summaries_whole(rows, found.runs)
            found.whole &= is_made(rows, path) and rows.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except (sqlite3.Error, ValueError, StoreError):
        found.whole = False
        found.lost = {table: found.lost.get(table) for table in KEPT}
    return found


def _run(rows: sqlite3.Connection, name: str) -> Found:
    load_run(rows, name)
    row = run_row(rows, name)
    columns = {column: row[column] for column in (*COLUMNS, "state_file", "state_row")}
    query = "SELECT epoch, checkpoint, checkpoint_row FROM epochs WHERE run = ?"
    places = {epoch: (file, number) for epoch, file, number in rows.execute(query, (name,))}
    return Found(columns, tuple(epoch_rows(rows, name)), places)


def _kept(rows: sqlite3.Connection, table: str, found: Kept) -> int | None:
    """Rows of a table that are whole into `found`; how many are not."""
    if table == "results" and format_of(rows) < WITH_RESULTS:
        return 0
    known = format_of(rows) >= WITH_CHECKSUMS
    columns = ", ".join((*KEPT[table], "checksum") if known else KEPT[table])
    broken = 0
    try:
        numbers = [number for (number,) in rows.execute(f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid")]
    except sqlite3.Error:
        return None
    for number in numbers:
        try:
            row = rows.execute(f"SELECT {columns} FROM {table} WHERE rowid = ?", (number,)).fetchone()
        except sqlite3.Error:
            row = None
        if row is None or (known and checksum(table, *row[:-1]) != row[-1]):
            broken += 1
        else:
            row = row[:-1] if known else row
            found[row[: len(row) - 2]] = row
    return broken
