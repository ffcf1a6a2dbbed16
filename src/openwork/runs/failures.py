"""What SQLite and the file system say when they fail, in the house's own errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openwork.errors import Reason, StoreError, StoreNotWritable
from openwork.runs.checksums import damaged

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
    errno.ENAMETOOLONG: ("is longer than the system allows", ELSEWHERE),
    errno.ELOOP: ("is a link that leads in a circle", ELSEWHERE),
    errno.ENOTDIR: ("a file stands where a folder should be", ELSEWHERE),
}

DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_FORMAT,
        # What we ask is always the same and fits the tables, so that these come of damage alone.
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_INTERNAL,
    }
)
"""what SQLite says of a database that is not as it was written"""


@contextmanager
def told(path: Path, verb: str = "written") -> Iterator[None]:
    """Turns failures of SQLite and of the file system into errors about `path`, which cannot be read or written.

    Raises:
        StoreNotWritable: read-only, full, or no permission.
        StoreError: everything else.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(path, error, verb) from error
    except UnicodeDecodeError as error:  # SQLite quotes a schema that is no text
        raise damaged(path, "cannot be read: its schema is not text") from error
    except OSError as error:
        where = str(error.filename or path)
        if error.errno in _SYSTEM:
            raise StoreNotWritable(f"the store cannot be {verb}", Reason(where, *_SYSTEM[error.errno])) from error
        raise StoreError("the store cannot be used", Reason(where, error.strerror or str(error), ELSEWHERE)) from error


def result_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error; 0 where it has none."""
    code = int(getattr(error, "sqlite_errorcode", 0))
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the index of the log
        return sqlite3.SQLITE_FULL
    return code & 0xFF


def _of_sqlite(path: Path, error: sqlite3.Error, verb: str) -> StoreError:
    code = result_code(error)
    if code in _SQLITE:
        return StoreNotWritable(f"the store cannot be {verb}", Reason(str(path), *_SQLITE[code]))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        mend = "wait until the other program is done, or stop it"
        return StoreError("the store is busy", Reason(str(path), "another program holds it locked", mend))
    if code == sqlite3.SQLITE_IOERR:
        mend = "look whether the disk is full, over your quota, or failing"
        return StoreError("the store cannot be used", Reason(str(path), str(error), mend))
    if code in DAMAGE:
        return damaged(path, f"cannot be read: {error}")
    return StoreError("the store cannot be used", Reason(str(path), str(error)))
