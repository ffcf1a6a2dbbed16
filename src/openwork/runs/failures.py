"""What SQLite and the file system say when they fail, in the house's own errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openwork.errors import Reason, StoreError, StoreNotWritable

ELSEWHERE = "give a folder that you may write to in OPENWORK_HOME"
FREE = "free some space and give the same command again: what is recorded is whole, and training resumes from it"

_SQLITE = {
    sqlite3.SQLITE_FULL: ("the disk is full", FREE),
    sqlite3.SQLITE_READONLY: ("is read-only", ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened or created", ELSEWHERE),
    sqlite3.SQLITE_PERM: ("permission denied", ELSEWHERE),
}
_SYSTEM = {
    errno.ENOSPC: ("the disk is full", FREE),
    errno.EDQUOT: ("your disk quota is used up", FREE),
    errno.EROFS: ("is on a read-only file system", ELSEWHERE),
    errno.EACCES: ("permission denied", ELSEWHERE),
    errno.EPERM: ("permission denied", ELSEWHERE),
    errno.EEXIST: ("is a file, not a folder", ELSEWHERE),
    errno.ENOTDIR: ("a file stands where a folder should be", ELSEWHERE),
}


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns failures of SQLite and of the file system into errors about `path`.

    Raises:
        StoreNotWritable: read-only, full, or no permission.
        StoreError: everything else.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(path, error) from error
    except OSError as error:
        where = str(error.filename or path)
        if error.errno in _SYSTEM:
            raise StoreNotWritable("the store cannot be written", Reason(where, *_SYSTEM[error.errno])) from error
        raise StoreError("the store cannot be used", Reason(where, error.strerror or str(error), ELSEWHERE)) from error


def result_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error; 0 where it has none."""
    code = int(getattr(error, "sqlite_errorcode", 0))
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the index of the log
        return sqlite3.SQLITE_FULL
    return code & 0xFF


def _of_sqlite(path: Path, error: sqlite3.Error) -> StoreError:
    code = result_code(error)
    if code in _SQLITE:
        return StoreNotWritable("the store cannot be written", Reason(str(path), *_SQLITE[code]))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        mend = "wait until the other program is done, or stop it"
        return StoreError("the store is busy", Reason(str(path), "another program holds it locked", mend))
    if code == sqlite3.SQLITE_IOERR:
        mend = "look whether the disk is full, over your quota, or failing"
        return StoreError("the store cannot be used", Reason(str(path), str(error), mend))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        mend = (
            "put back a copy of it, or move it away and start a new store; "
            "the weights of ended runs can still be read from the files in weights/ beside it"
        )
        return StoreError("the store is damaged", Reason(str(path), f"cannot be read: {error}", mend))
    return StoreError("the store cannot be used", Reason(str(path), str(error)))
