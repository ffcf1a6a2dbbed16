"""What tidying up may remove: the journal of a store, in its database.

It names files that rows have left, and the processes that were about to write, whose identifier is in the names of
their files. Whatever else lies in the folders is not this store's to remove: it may be another's, or that of a database
that was lost and can be rebuilt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from openwork.errors import Reason, StoreError
from openwork.runs.checksums import checksum
from openwork.runs.files import ENDING, WEIGHTS, Writer, files_in, is_named_ours, remove_files, writer_of
from openwork.runs.rows import NOT_KEPT
from openwork.runs.tensors import read_about

_USED = """SELECT 1 FROM runs WHERE state_file = ?1 UNION ALL SELECT 1 FROM epochs WHERE checkpoint = ?1
    UNION ALL SELECT 1 FROM runs r WHERE r.status <> 'training' AND r.name = ?2 AND NOT EXISTS
    (SELECT 1 FROM epochs e WHERE e.run = r.name AND e.epoch = r.epoch AND e.checkpoint = ?3) LIMIT 1"""


def sign(rows: sqlite3.Connection, writer: Writer) -> None:
    """Says that this process is about to write."""
    _note(rows, writer.token)


def sign_off(rows: sqlite3.Connection, writer: Writer) -> None:
    """Says that this process has left nothing behind."""
    rows.execute("DELETE FROM journal WHERE name = ?", (writer.token,))


def discard(rows: sqlite3.Connection, names: Iterable[str]) -> None:
    """Notes files that this store made and whose last row may be gone."""
    for name in names:
        _note(rows, name)


def remove_unused(rows: sqlite3.Connection, home: Path, own: set[str], everywhere: bool = False) -> set[str]:
    """Removes the files that the journal names and no row refers to; returns the names that need no more looking after.

    Args:
        rows: of the store, in a change.
        home: its folder.
        own: more files that this process wrote.
        everywhere: look for those of processes that were killed too.
    """
    noted = {name for name, told in rows.execute("SELECT name, checksum FROM journal") if told == _checksum(name)}
    files = {name for name in noted if "/" in name and is_named_ours(home, name)}
    if everywhere:
        files |= {name for name in files_in(home) if writer_of(name) in noted}
    remove_files(home, [name for name in files | own if not is_used(rows, name)])
    rows.execute("DELETE FROM journal WHERE instr(name, '/')")
    return set(own)


def is_used(rows: sqlite3.Connection, name: str) -> bool:
    """Whether a row refers to this file."""
    folder, _, file = name.rpartition("/")
    run = file.removesuffix(ENDING) if folder == WEIGHTS and file.endswith(ENDING) else None
    return rows.execute(_USED, (name, run, NOT_KEPT)).fetchone() is not None


def require_ours(rows: sqlite3.Connection, home: Path, name: str, run: str) -> None:
    """Nothing where there is no such file, or it is this store's: a row refers to it, or a process wrote it that was
    killed before it could say so.

    Raises:
        StoreError: it is another's; with the way out.
    """
    path = home / name
    if not path.exists() or is_used(rows, name):
        return
    try:
        writer = read_about(path).told.get("writer")
    except StoreError:
        writer = None
    if rows.execute("SELECT 1 FROM journal WHERE name = ?", (writer,)).fetchone():
        return
    what = f"is a file of run {run}, which the database does not know; it is left as it is"
    mend = "openwork runs recover takes the run into the store; or move the file away"
    raise StoreError("the store has files that its database does not know", Reason(str(path), what, mend))


def _note(rows: sqlite3.Connection, name: str) -> None:
    rows.execute("INSERT OR REPLACE INTO journal (name, checksum) VALUES (?, ?)", (name, _checksum(name)))


def _checksum(name: object) -> str:
    return checksum("journal", name)
