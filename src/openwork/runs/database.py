"""The one connection of a store: reads see one moment, a change is made whole or not at all.

The database is the truth. A change writes its files first and commits after; a file that no row refers to is
rubbish. All files are written and removed under the database's write lock.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openwork.runs.failures import result_code, told
from openwork.runs.files import files_in, remove_files, write_files
from openwork.runs.schema import bring_up, create_tables, is_made

PATIENCE = 30.0
"""seconds to wait for another process that is writing"""
SHUT_OUT = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL)
"""what SQLite says where it cannot even make its log"""


class Change:
    """A transaction in the making: rows through `rows`, files through `put`."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self.rows = rows
        self.files: dict[str, bytes] = {}

    def put(self, folder: str, data: bytes, name: str | None = None) -> str:
        """Will write this file when the change is made; returns its path in the store. Named by content if unnamed."""
        path = f"{folder}/{name or hashlib.sha256(data).hexdigest()[:32]}.safetensors"
        self.files[path] = data
        return path


class Database:
    """`store.sqlite` in a folder, and the files beside it. Neither exists before the first change."""

    def __init__(self, home: Path) -> None:
        self.home, self.path = home, home / "store.sqlite"
        self._connection: sqlite3.Connection | None = None
        self._read_only = False
        self._doubtful: set[str] = set()

    def open(self) -> None:
        """Opens what is there, if anything.

        Raises:
            StoreTooNew: written by a newer openwork.
            StoreError: damaged, or not ours.
        """
        if self._connection is None and self.path.exists():
            with told(self.path):
                self._connection = self._existing()

    def close(self) -> None:
        """Gives the database back; it is opened again when it is next used."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._read_only = None, False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Rows as they were at one moment; a store that does not exist yet is empty."""
        self.open()
        with told(self.path):
            rows = self._connection or _nothing()
            rows.rollback()  # what an interrupt may have left open
            rows.execute("BEGIN")
            try:
                yield rows
            finally:
                rows.rollback()

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """A change to rows and files, made when the block ends without an error.

        Raises:
            StoreNotWritable: read-only, full, or no permission; nothing has changed.
        """
        self.open()
        with told(self.path):
            if self._read_only:  # it may be writable by now; if not, SQLite says why
                self.close()
                self._connection = self._made("mode=rw")
            rows = self._connection = self._connection or self._created()
            rows.rollback()  # what an interrupt may have left open
            rows.execute("BEGIN IMMEDIATE")
            fresh: list[str] = []
            try:
                bring_up(rows)
                self._doubtful -= self._remove_unused(rows, self._doubtful)
                change = Change(rows)
                yield change
                fresh = [name for name in change.files if not (self.home / name).exists()]
                if change.files:
                    write_files(self.home, change.files)
                rows.execute("COMMIT")
            except BaseException:
                if rows.in_transaction:  # not committed, and still under the lock: the new files are nobody's
                    remove_files(self.home, fresh)
                    rows.rollback()
                self._doubtful |= set(fresh)  # where SQLite has rolled back by itself, the lock is gone
                raise

    def doubt(self, names: set[str]) -> None:
        """These files may have lost their last row; the next change looks, since rows are committed before files go."""
        self._doubtful |= names

    def tidy(self) -> None:
        """Removes every file that no row refers to, such as those of a process that was killed.

        Raises:
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.changing() as change:
            self._doubtful -= self._remove_unused(change.rows, self._doubtful | files_in(self.home))

    def _remove_unused(self, rows: sqlite3.Connection, names: set[str]) -> set[str]:
        used = "SELECT 1 FROM runs WHERE state_file = ?1 UNION ALL SELECT 1 FROM epochs WHERE checkpoint = ?1"
        ended = "UNION ALL SELECT 1 FROM runs WHERE status <> 'training' AND 'weights/' || name || '.safetensors' = ?1"
        remove_files(self.home, [n for n in names if not rows.execute(f"{used} {ended} LIMIT 1", (n,)).fetchone()])
        return set(names)

    def _existing(self) -> sqlite3.Connection | None:
        """A connection to a database that has tables; read-only where the folder is, or where the disk is full."""
        try:
            return self._made("mode=rw")
        except sqlite3.Error as error:
            log = self.path.with_name(self.path.name + "-wal")
            if result_code(error) not in SHUT_OUT or (log.exists() and log.stat().st_size):
                raise
            # The log cannot be made here, nor is there one to read: nobody is writing.
            self._read_only = True
            return self._made("mode=ro&immutable=1")

    def _made(self, options: str) -> sqlite3.Connection | None:
        """A connection, or None where there are no tables yet."""
        connection = self._connect(options)
        try:
            connection.execute("BEGIN")  # all that tells is read at one moment, while another process may be making it
            made = is_made(connection, self.path)
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        if made:
            return connection
        connection.close()
        return None

    def _created(self) -> sqlite3.Connection:
        self.home.mkdir(parents=True, exist_ok=True)
        connection = self._connect("mode=rwc")
        try:
            _log_ahead(connection)
            connection.execute("BEGIN IMMEDIATE")
            if not is_made(connection, self.path):
                create_tables(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self, options: str) -> sqlite3.Connection:
        address = f"{self.path.as_uri()}?{options}"
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            # A commit is on the disk before the files that it has replaced are removed.
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection


def _nothing() -> sqlite3.Connection:
    """A store without runs, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create_tables(connection)
    return connection


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Switches to write-ahead logging; SQLite does not wait by itself when two processes switch at once."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if result_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
