"""Reading a file that somebody gave: a plain one, and no more of it than its budget."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from openwork.errors import CheckpointError, Reason


def read_given(path: Path, most: int, mend: str = "") -> bytes:
    """All bytes of the file.

    Raises:
        CheckpointError: it is missing, no plain file (a folder, a device, a pipe), empty, or longer than `most` bytes.
    """
    try:
        # where it is a pipe, opening it would wait for a writer
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _refused(path, "is not a file")
            data = file.read(most + 1) if found.st_size <= most else b""
    except (OSError, ValueError) as error:
        what = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(path, what, mend) from error
    if max(found.st_size, len(data)) > most:
        raise _refused(path, f"has {found.st_size:,} bytes, more than the {most:,} that are read here")
    if not data:
        raise _refused(path, "is empty", mend)
    return data


def _refused(path: Path, what: str, mend: str = "") -> CheckpointError:
    return CheckpointError("the checkpoint cannot be read", Reason(path.name, what, mend))
