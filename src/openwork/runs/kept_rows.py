"""Rows of what was measured of runs: verdicts and results, each held to its checksum, and none of a run's missing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from openwork.errors import StoreError
from openwork.runs.checksums import DAMAGED, checksum, damage, of_names
from openwork.runs.schema import WITH_CHECKSUMS, WITH_RESULTS, format_of

KEPT = {"verdicts": ("run", "claim", "verdict", "judged"), "results": ("run", "name", "digest", "result", "found")}
"""by table: the columns that a row's checksum covers; the last but one is what was measured"""


def keep(rows: sqlite3.Connection, table: str, *values: Any) -> None:
    """Writes a row of `verdicts` or `results` in place of the one with its key."""
    columns = (*KEPT[table], "checksum")
    row = (*values, checksum(table, *values))
    marks = ", ".join("?" for _ in row)
    rows.execute(f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)


def kept(rows: sqlite3.Connection, path: Path, table: str, run: str, *key: str) -> list[tuple[Any, ...]]:
    """A run's rows of `verdicts` or `results`, with this key where it is given, in the order in which they were kept.

    Raises:
        StoreError: one is not what was written, with every one that is not; or some are missing.
    """
    if table == "results" and format_of(rows) < WITH_RESULTS:
        return []
    known = format_of(rows) >= WITH_CHECKSUMS
    columns = (*KEPT[table], "checksum") if known else KEPT[table]
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE run = ?"
    wanted = dict(zip(KEPT[table][1:], key, strict=False))
    where = "".join(f" AND {column} = ?" for column in wanted)
    found = rows.execute(f"{query}{where} ORDER BY rowid", (run, *wanted.values())).fetchall()
    if not known:
        return found
    # Where nothing is found it may be that the key of a row has changed.
    verified = found or rows.execute(query, (run,)).fetchall()
    reasons = [
        damage(path, "is not what was written", f"{table} of run {run}, {row[1]}")
        for row in verified
        if checksum(table, *row[:-1]) != row[-1]
    ]
    told = rows.execute("SELECT kept FROM runs WHERE name = ?", (run,)).fetchone()
    if not reasons and told is not None and told[0] != of_kept(rows, run):
        reasons = [damage(path, "other verdicts and results were kept than there are", f"run {run}")]
    if reasons:
        raise StoreError(DAMAGED, reasons)
    return [row[:-1] for row in found]


def of_kept(rows: sqlite3.Connection, run: str) -> str:
    """The checksum of all that was kept of a run; empty where nothing was."""
    found = [told for table in KEPT for (told,) in rows.execute(f"SELECT checksum FROM {table} WHERE run = ?", (run,))]
    return of_names(map(str, found)) if found else ""
