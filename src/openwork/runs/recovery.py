"""A store rebuilt: a new database from what is whole in the old one, and from the files themselves.

Nothing is deleted. The old database is kept beside the new one, in `before-recover-DATE/`; a file that is damaged stays
where it is. Killed at any moment, the store has its old database or its new one, and `recover` may be run again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from openwork.errors import OpenworkError, Reason, StoreError
from openwork.runs.database import DATABASE
from openwork.runs.failures import result_code, told
from openwork.runs.filed import Files, Found, Watch, ended_run, read_files, training_run, well_placed
from openwork.runs.files import ENDING, WEIGHTS, sync_folder
from openwork.runs.inserting import insert_run
from openwork.runs.kept_rows import KEPT
from openwork.runs.rows import NOT_KEPT
from openwork.runs.salvage import Salvaged, salvage
from openwork.runs.schema import create_tables
from openwork.runs.sealing import seal_all

RECOVERING, BEFORE = "recovering-", "before-recover-"
NEW = "new.sqlite"
LOGS = ("-wal", "-shm")
PATIENCE = 5.0
"""seconds to wait for another program that is writing"""


@dataclass(frozen=True)
class Recovery:
    """What `recover` came to.

    Attributes:
        kept: runs whose rows were whole.
        rebuilt: runs whose rows were written again from their files.
        lost: what did not come back, by name, and how to mend it where that can be.
        verdicts, results: how many were kept.
        old: the folder with the old database; None where there was none.
    """

    kept: tuple[str, ...]
    rebuilt: tuple[str, ...]
    lost: tuple[Reason, ...]
    verdicts: int
    results: int
    old: Path | None = None


def recover(home: Path, watch: Watch = lambda what, share: None) -> Recovery | None:
    """Rebuilds the store at `home`; None where all of it is whole, and it was left as it is.

    Args:
        home: the store's folder.
        watch: is told what is read, and which share is done.

    Raises:
        StoreError: there is no store, or another program is writing to it.
        StoreNotWritable: read-only, full, or no permission; the store is as it was.
    """
    path = home / DATABASE
    with told(path):
        if not home.is_dir():
            raise StoreError("there is no store", Reason(str(home), "is no folder", "give its folder with --store"))
        folder, lock = _folder(home, RECOVERING), _locked(path)
        try:
            try:
                recovery = _prepared(home, path, folder, watch)
            except BaseException:
                shutil.rmtree(folder)
                raise
            if recovery is None:
                shutil.rmtree(folder)
                return None
            # From here on the folder has what is not in its old place any more.
            return replace(recovery, old=_swapped(home, path, folder))
        finally:
            if lock is not None:
                lock.close()


def _prepared(home: Path, path: Path, folder: Path, watch: Watch) -> Recovery | None:
    """Copies the old database and writes the new one, both into `folder`; None where nothing is wrong with the old."""
    _copied(path, folder)
    earlier = sorted((found for found in home.glob(f"{RECOVERING}*") if found != folder), reverse=True)
    salvaged = [_read(place, folder / "work") for place in (folder, *earlier)]
    files = read_files(home, watch)
    runs, rebuilt, lost = _runs(home, salvaged, files)
    if salvaged[0].whole and not (rebuilt or lost or earlier):
        return None
    kept = {table: {k: v for old in salvaged[::-1] for k, v in getattr(old, table).items()} for table in KEPT}
    rows = [(table, row) for table in KEPT for row in kept[table].values() if row[0] in runs]
    _write(folder / NEW, runs.values(), rows)
    for table, broken in salvaged[0].lost.items():
        if broken or broken is None:
            what = "cannot be read" if broken is None else f"{broken} are not what was written"
            lost.append(Reason(table, what, "they are measured again when they are asked for"))
    if not path.exists() and not earlier:
        lost.append(Reason("verdicts and results", "there was no database", "they are measured again when asked for"))
    verdicts = sum(table == "verdicts" for table, _ in rows)
    as_they_were = tuple(sorted(set(runs) - set(rebuilt)))
    return Recovery(as_they_were, tuple(sorted(rebuilt)), tuple(lost), verdicts, len(rows) - verdicts)


def _runs(home: Path, salvaged: list[Salvaged], files: Files) -> tuple[dict[str, Found], list[str], list[Reason]]:
    """Every run, from rows where they are whole and from files where not; which are from files; what is lost."""
    whole = {name: run for old in salvaged[::-1] for name, run in old.runs.items()}
    rebuilt: list[str] = []
    lost = list(files.damage.values())
    known = {name for old in salvaged for name in old.known}
    if salvaged[0].named:  # other runs in the states that rows refer to were removed
        used = {run.columns["state_file"] for run in salvaged[0].runs.values()}
        files.states = {name: s for name, s in files.states.items() if name in known or s[1] not in used}
    named = {Path(file).name.removesuffix(ENDING) for file in files.damage if file.startswith(f"{WEIGHTS}/")}
    for name in sorted({*files.finals, *files.states, *known} - set(whole)):
        run = None
        try:
            if name in files.finals:
                run = ended_run(home, name, files)
            elif name in files.states:
                run = training_run(home, name, files)
        except OpenworkError as error:
            reason = error.reasons[0]
            lost.append(Reason(f"run {name}", f"{error.title}: {reason.what}", reason.mend))
            continue
        if run is not None:
            whole[name] = run
            rebuilt.append(name)
            lost += [Reason(f"run {name}", run.lost)] if run.lost else []
        elif name not in named:
            what = "its row is damaged, and no file has what it takes to write it again"
            lost.append(Reason(f"run {name}", what, "train it again: the same seed gives the same bits"))
    for name in sorted(set(whole) - set(rebuilt)):
        run = well_placed(whole[name], files)
        rebuilt += [] if run == whole[name] else [name]
        whole[name] = run
        gone = sorted(
            {file for file, _ in whole[name].places.values() if file != NOT_KEPT and not (home / file).exists()}
        )
        lost += [Reason(str(home / file), f"a file of run {name} is missing", "put back a copy") for file in gone]
    return whole, rebuilt, lost


def _write(path: Path, runs: Iterable[Found], kept: Iterable[tuple[str, tuple[object, ...]]]) -> None:
    """A new database with these runs and what was measured of them, durable when this returns."""
    with closing(sqlite3.connect(path, isolation_level=None)) as rows:
        rows.execute("PRAGMA synchronous = FULL")
        rows.execute("BEGIN IMMEDIATE")
        create_tables(rows)
        for run in runs:
            insert_run(rows, run)
        for table, row in kept:
            marks = ", ".join("?" for _ in row)
            rows.execute(f"INSERT INTO {table} ({', '.join(KEPT[table])}) VALUES ({marks})", row)
        seal_all(rows)
        rows.execute("COMMIT")


def _swapped(home: Path, path: Path, folder: Path) -> Path | None:
    """Puts the new database in the place of the old one, of which `folder` keeps a copy; returns where that is, or
    None where there was none."""
    sync_folder(folder)
    for log in LOGS:  # of the old database; the new one must not be read with it
        Path(f"{path}{log}").unlink(missing_ok=True)
    os.replace(folder / NEW, path)
    sync_folder(home)
    kept = _folder(home, BEFORE, make=False) if any(folder.iterdir()) else None
    folder.rmdir() if kept is None else folder.rename(kept)
    for other in home.glob(f"{RECOVERING}*"):
        other.rename(_folder(home, BEFORE, make=False))
    sync_folder(home)
    return kept


def _folder(home: Path, prefix: str, make: bool = True) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = (f"{prefix}{stamp}{'' if not n else f'-{n}'}" for n in range(1000))
    chosen = next(home / name for name in names if not (home / name).exists())
    if make:
        chosen.mkdir()
    return chosen


def _copied(path: Path, folder: Path) -> None:
    """The database and its log as they are, durable."""
    for source in (path, Path(f"{path}{LOGS[0]}")):
        if source.exists():
            copy = folder / source.name
            shutil.copy2(source, copy)
            with open(copy, "rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def _read(place: Path, work: Path) -> Salvaged:
    """What is whole in the database in this folder, read from another copy: SQLite writes where it reads a log."""
    work.mkdir()
    try:
        for source in place.glob(f"{DATABASE}*"):
            shutil.copy(source, work / source.name)
        return salvage(work / DATABASE)
    finally:
        shutil.rmtree(work)


def _locked(path: Path) -> sqlite3.Connection | None:
    """The write lock, so that nobody writes meanwhile; None where there is no database that can be locked.

    Raises:
        sqlite3.Error: another program holds it.
    """
    if not path.exists():
        return None
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        connection.close()
        if result_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        return None
    return connection
