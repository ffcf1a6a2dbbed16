"""The one connection of a store: reads see one moment, a change is made whole or not at all.

The database is the truth. A change writes its files first and commits after. All files are written and removed under
the database's write lock, and those that are removed are this store's own: the journal in the database names what rows
have left, and every process that was about to write.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openwork.errors import Reason, StoreError
from openwork.runs.checksums import damaged
from openwork.runs.failures import result_code, told
from openwork.runs.files import CHECKPOINTS, WEIGHTS, Writer, named, remove_files, write_files
from openwork.runs.journal import discard, remove_unused, require_ours, sign, sign_off
from openwork.runs.manifest import require_counted, seal_all_names, seal_names
from openwork.runs.rows import run_row
from openwork.runs.schema import WITH_CHECKSUMS, WITH_PARTS, bring_up, create_tables, is_made
from openwork.runs.sealing import seal_all

DATABASE = "store.sqlite"
PATIENCE = 30.0
"""seconds to wait for another process that is writing"""
SHUT_OUT = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL)
"""what SQLite says where it cannot even make its log"""


class Change:
    """A transaction in the making: rows through `rows`, files through `put` and `put_named`."""

    def __init__(self, rows: sqlite3.Connection, home: Path, writer: Writer) -> None:
        self.rows = rows
        self.files: dict[str, bytes] = {}
        self.added: set[str] = set()
        """names of runs that get a row"""
        self.removed: set[str] = set()
        """names of runs whose row goes"""
        self._home, self._path, self._writer = home, home / DATABASE, writer

    @property
    def writer(self) -> str:
        """This process, as the journal names it; files that are named by a run say it of themselves."""
        return self._writer.token

    def run(self, name: str) -> dict[str, Any] | None:
        """The columns of a run's row; None where there is none.

        Raises:
            StoreError: it is not what was written.
        """
        try:
            return run_row(self.rows, name)
        except KeyError:
            return None
        except ValueError as error:
            raise damaged(self._path, str(error), f"run {name}") from error

    def require_room(self, run: str) -> None:
        """Nothing where no file is called as those of this new run will be.

        Raises:
            StoreError: there is one that this store did not make.
        """
        for folder in (WEIGHTS, CHECKPOINTS):
            require_ours(self.rows, self._home, named(folder, run), run)

    def name(self, folder: str) -> str:
        """A name for a file that is to be put."""
        return self._writer.path(folder)

    def put(self, path: str, data: bytes) -> None:
        """Will write this file, whose name came from `name`, when the change is made."""
        self.files[path] = data

    def put_named(self, folder: str, run: str, data: bytes) -> str:
        """Will write a file that is named by its run when the change is made; returns its path in the store.

        Raises:
            StoreError: there is one that this store did not make.
        """
        path = named(folder, run)
        require_ours(self.rows, self._home, path, run)
        self.files[path] = data
        return path

    def discard(self, names: Iterable[str]) -> None:
        """Has these files removed by the next change, where no row refers to them then."""
        discard(self.rows, names)


class Database:
    """`store.sqlite` in a folder, and the files beside it. Neither exists before the first change."""

    def __init__(self, home: Path, writes_as: str = "", durable: bool = True) -> None:
        self.home, self.path = home, home / DATABASE
        self._token, self._durable = writes_as, durable
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        """of the database that is open"""
        self._read_only = False
        self._writer, self._signed = Writer(writes_as), False
        self._own: set[str] = set()
        """files that this process wrote in a change that failed"""
        self._doubtful = False
        """whether that was in committing"""

    @property
    def writer(self) -> str:
        """This process, as the journal and files name it until it is closed."""
        return self._writer.token

    def open(self) -> None:
        """Opens what is there, if anything.

        Raises:
            StoreTooNew: written by a newer openwork.
            StoreError: damaged, or not ours.
        """
        with told(self.path, "read"):
            if self._connection is None and self.path.exists():
                self._connection = self._existing()

    def close(self) -> None:
        """Gives the database back; it is opened again when it is next used."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._read_only, self._inode = None, False, None
        self._writer, self._signed, self._own, self._doubtful = (
            Writer(self._token),
            False,
            set(),
            False,
        )  # another database may stand there next time

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Rows as they were at one moment; a store that does not exist yet is empty."""
        self.open()
        with told(self.path, "read"):
            rows = self._connection or _nothing()
            rows.rollback()  # what an interrupt may have left open
            rows.execute("BEGIN")
            try:
                yield rows
            finally:
                rows.rollback()

    @contextmanager
    def changing(self, *, files: bool = False) -> Iterator[Change]:
        """A change to rows, and with `files` to files, made when the block ends without an error.

        Raises:
            StoreNotWritable: read-only, full, or no permission; nothing has changed.
            StoreError: damaged; nothing has changed.
        """
        self.open()
        with told(self.path):
            self._settle()
            if files and not self._signed:
                with self._transaction() as rows:
                    sign(rows, self._writer)
                self._signed = True
            with self._transaction() as rows:
                self._own -= remove_unused(rows, self.home, self._own)
                change = Change(rows, self.home, self._writer)
                yield change
                fresh = {name for name in change.files if not (self.home / name).exists()}
                committing = False
                try:
                    if change.files:
                        write_files(self.home, change.files, self._writer, self._durable)
                    seal_names(rows, self.path, change.added, change.removed)
                    committing = True
                    rows.execute("COMMIT")
                except BaseException:
                    if rows.in_transaction and not committing:  # still under the lock: the new files are nobody's
                        remove_files(self.home, fresh)
                    self._own, self._doubtful = self._own | fresh, self._doubtful or committing
                    raise

    def _settle(self) -> None:
        """Makes sure that a commit that failed has failed, before files that it names are removed.

        It may be in SQLite's log all the same, whole, and count once everybody has closed the database. It is gone once
        the log is emptied, or a later commit is written over it.
        """
        if not self._doubtful or self._connection is None:
            return
        try:
            busy = bool(self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        except sqlite3.Error:
            busy = True
        if busy:
            with self._transaction() as rows:
                sign(rows, self._writer)
        self._doubtful = False

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The write lock on a store of this format that is whole; committed at the end, or not at all."""
        rows = self._locked()
        try:
            require_counted(rows, self.path)  # before an older store's list of runs is written anew
            older = bring_up(rows)
            if older < WITH_CHECKSUMS:
                seal_all(rows)
            elif older < WITH_PARTS:
                seal_all_names(rows)
            yield rows
            if rows.in_transaction:
                rows.execute("COMMIT")
        except BaseException:
            if rows.in_transaction:
                rows.rollback()
            raise

    def _locked(self) -> sqlite3.Connection:
        """A connection that holds the write lock on the file that is the store's database now."""
        while True:
            if self._read_only or self._moved():  # it may be writable by now; if not, SQLite says why
                self.close()
                self._connection = self._made("mode=rw")
            rows = self._connection = self._connection or self._created()
            rows.rollback()  # what an interrupt may have left open
            rows.execute("BEGIN IMMEDIATE")
            if not self._moved():
                return rows
            rows.rollback()

    def _moved(self) -> bool:
        """Whether another database stands where ours was, as after `recover`."""
        if self._connection is None or self._inode is None:
            return False
        try:
            return self.path.stat().st_ino != self._inode
        except FileNotFoundError:
            what = "was removed while it was in use"
            raise StoreError("the store is gone", Reason(str(self.path), what, "give the command again")) from None

    def tidy(self) -> None:
        """Removes every file that this store made and no row refers to, such as those of a process that was killed.

        Raises:
            StoreNotWritable: read-only, full, or no permission.
            StoreError: damaged.
        """
        self.open()
        with told(self.path):
            self._settle()
            with self._transaction() as rows:
                remove_unused(rows, self.home, self._own, everywhere=True)
                sign_off(rows, self._writer)
        self._own, self._signed = set(), False

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
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'OFF'}")
            # What is not UTF-8 is damage, which the row's checksum tells.
            connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            self._inode = self.path.stat().st_ino
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
