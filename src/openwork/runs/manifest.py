"""Which runs there are: how many, and a checksum of their names, so that one that is lost is seen.

Names are told in parts, by how they begin. A change then costs what it touches and not what the store holds, and a
million names are verified in a third of a second.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

from openwork.runs.checksums import damaged, of_joined, of_names
from openwork.runs.schema import BEGINNING, WHOLE, WITH_CHECKSUMS, WITH_PARTS, format_of

INDEX = "sqlite_autoindex_runs_1"
LENGTH = 12
"""characters of a name"""
_BETWEEN = '", "'
"""two names in the JSON that is hashed"""
_END = "\U0010ffff"
"""after every name that begins alike"""


def run_names(rows: sqlite3.Connection) -> list[str]:
    """The names of all runs, ascending."""
    return names_and_damage(rows)[0]


def names_like(rows: sqlite3.Connection, beginning: str, most: int) -> list[str]:
    """At most so many names of runs that begin so, ascending."""
    query = f"SELECT name FROM runs INDEXED BY {INDEX} WHERE name >= ? AND name < ? ORDER BY name LIMIT ?"
    return [str(name) for (name,) in rows.execute(query, (beginning, beginning + _END, most))]


def names_whole(rows: sqlite3.Connection) -> bool:
    """Whether every run that was written has a row that can be found."""
    names, broken = names_and_damage(rows)
    return not (broken or missing(rows, names))


def require_counted(rows: sqlite3.Connection, path: Path) -> None:
    """Nothing where there are as many runs as were written, which is soon known of however many.

    Raises:
        StoreError: some are missing, or there are more than were written.
    """
    if format_of(rows) < WITH_PARTS:
        _require_all(rows, path)
        return
    told = rows.execute("SELECT runs FROM manifest WHERE part = ?", (WHOLE,)).fetchone()
    found = rows.execute("SELECT count(*) FROM runs").fetchone()
    if told != found:
        _require_all(rows, path)
        raise damaged(path, _other(told, found[0]))


def require_part(rows: sqlite3.Connection, path: Path, name: str) -> None:
    """Nothing where every run that was written has a row, of those whose names begin as this one.

    Raises:
        StoreError: some are missing, or there are more than were written.
    """
    require_counted(rows, path)
    if format_of(rows) >= WITH_PARTS:
        part = name[:BEGINNING]
        if _told(rows, part) != _part(names_like(rows, part, -1)):
            _require_all(rows, path)
            raise damaged(path, f"other runs were written than are found whose names begin with {part}")


def require_all(rows: sqlite3.Connection, path: Path) -> None:
    """Nothing where every run has a row.

    Raises:
        StoreError: some are missing, or there are more than were written.
    """
    if not _indexed_whole(rows):
        _require_all(rows, path)


def seal_names(rows: sqlite3.Connection, path: Path, added: Collection[str], removed: Collection[str]) -> None:
    """Writes down which runs there are now, after a change that added and removed these.

    Raises:
        StoreError: what was there before it is not what was written.
    """
    for part in {name[:BEGINNING] for name in (*added, *removed)}:
        now = names_like(rows, part, -1)
        before = (set(now) - set(added)) | {name for name in removed if name.startswith(part)}
        if _told(rows, part) != _part(sorted(before)):
            raise damaged(path, f"other runs were written than are found whose names begin with {part}")
        _write(rows, part, now)
    if added or removed:
        _write_whole(rows)


def seal_all_names(rows: sqlite3.Connection) -> None:
    """Writes down which runs there are, whatever was written before."""
    rows.execute("DELETE FROM manifest")
    parts: dict[str, list[str]] = {}
    for (name,) in rows.execute("SELECT name FROM runs NOT INDEXED"):
        parts.setdefault(name[:BEGINNING], []).append(name)
    for part, names in parts.items():
        _write(rows, part, names)
    _write_whole(rows)


def missing(rows: sqlite3.Connection, names: Sequence[str]) -> str:
    """What is told where these are not all the runs that were written; empty where they are."""
    version = format_of(rows)
    if version < WITH_CHECKSUMS:
        return ""
    try:
        if version < WITH_PARTS:
            told = rows.execute("SELECT runs, names FROM manifest").fetchall()
            return "" if told == [(len(names), of_names(names))] else _other(told[0] if told else None, len(names))
        found: dict[str, list[str]] = {}
        for name in names:
            found.setdefault(name[:BEGINNING], []).append(name)
        parts = {part: _part(of) for part, of in found.items()}
        if _matches(rows, parts):
            return ""
        return _other(rows.execute("SELECT runs FROM manifest WHERE part = ?", (WHOLE,)).fetchone(), len(names))
    except sqlite3.DatabaseError as error:
        return f"how many runs there are cannot be read: {error}"


def names_and_damage(rows: sqlite3.Connection) -> tuple[list[str], str]:
    """The names of all runs, and why there may be more. Where the index has not all that were written, they are looked
    for in the rows too, for damage hides some from either."""
    if _indexed_whole(rows):
        return [str(name) for (name,) in rows.execute(f"SELECT name FROM runs INDEXED BY {INDEX} ORDER BY name")], ""
    found: dict[str, None] = {}
    broken = ""
    for how in ("NOT INDEXED", f"INDEXED BY {INDEX}"):
        try:
            for (name,) in rows.execute(f"SELECT name FROM runs {how}"):
                found.setdefault(str(name))
        except sqlite3.DatabaseError as error:
            broken = str(error)
    return sorted(found), broken


def _require_all(rows: sqlite3.Connection, path: Path) -> None:
    names, broken = names_and_damage(rows)
    told = missing(rows, names) or broken
    if told:
        raise damaged(path, told)


def _indexed_whole(rows: sqlite3.Connection) -> bool:
    """Whether the index has every name that was written. SQLite puts all names into one text, which is cut where the
    parts should end: half the time of grouping them."""
    if format_of(rows) < WITH_PARTS:
        return False
    query = f"SELECT group_concat(name, '{_BETWEEN}') FROM (SELECT name FROM runs INDEXED BY {INDEX} ORDER BY name)"
    try:
        text = rows.execute(query).fetchone()[0] or ""
        parts, whole = _all_told(rows)
        if whole != _summed(parts):
            return False
        begin = 0
        for part, (runs, names) in sorted(parts.items()):
            end = begin + runs * (LENGTH + len(_BETWEEN))
            of_part = text[begin : end - len(_BETWEEN)]
            if not of_part.startswith(part) or of_joined(of_part) != names:
                return False
            begin = end
        return begin == (len(text) + len(_BETWEEN) if text else 0)
    except (sqlite3.DatabaseError, AttributeError, TypeError):  # a name that is no text is damage
        return False


def _matches(rows: sqlite3.Connection, parts: dict[str, tuple[int, str]]) -> bool:
    return _all_told(rows) == (parts, _summed(parts))


def _all_told(rows: sqlite3.Connection) -> tuple[dict[str, tuple[int, str]], tuple[int, str] | None]:
    """What was written of each part, and of all.

    Raises:
        sqlite3.DatabaseError: values of other kinds than were ever written.
    """
    told: dict[str, tuple[int, str]] = {}
    for part, runs, names in rows.execute("SELECT part, runs, names FROM manifest"):
        if not (isinstance(part, str) and isinstance(runs, int) and isinstance(names, str)):
            raise sqlite3.DatabaseError("the manifest has other values than were ever written")
        told[part] = (runs, names)
    whole = told.pop(WHOLE, None)
    return told, whole


def _part(names: Sequence[str]) -> tuple[int, str]:
    return len(names), of_names(names)


def _summed(parts: dict[str, tuple[int, str]]) -> tuple[int, str]:
    return sum(runs for runs, _ in parts.values()), of_names(part + names for part, (_, names) in parts.items())


def _told(rows: sqlite3.Connection, part: str) -> tuple[int, str]:
    found = rows.execute("SELECT runs, names FROM manifest WHERE part = ?", (part,)).fetchone()
    return found or _part(())


def _write(rows: sqlite3.Connection, part: str, names: Sequence[str]) -> None:
    rows.execute("DELETE FROM manifest WHERE part = ?", (part,))
    if names:
        rows.execute("INSERT INTO manifest (part, runs, names) VALUES (?, ?, ?)", (part, *_part(names)))


def _write_whole(rows: sqlite3.Connection) -> None:
    parts, _ = _all_told(rows)
    rows.execute("DELETE FROM manifest WHERE part = ?", (WHOLE,))
    rows.execute("INSERT INTO manifest (part, runs, names) VALUES (?, ?, ?)", (WHOLE, *_summed(parts)))


def _other(told: Sequence[object] | None, found: int) -> str:
    count = f"{told[0]} runs" if told and isinstance(told[0], int) else "other runs"
    return f"{count} were written, and {found} are found under their names"
