"""Where a file goes that a user names: to a plain file, through links, and never in the place of anything else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from openwork.errors import Reason, StoreNotWritable


def place_to_write(path: Path, what: str) -> Path:
    """The file that is written for this name: itself, or where the link leads. A file is written beside it and renamed.

    Raises:
        StoreNotWritable: a folder, a device, a pipe or a socket is there, which a rename would replace by a file; or a
            link that leads nowhere but to itself.
    """
    try:
        place = Path(os.path.realpath(path))
        kind = os.lstat(place).st_mode
    except FileNotFoundError:
        return place
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise StoreNotWritable(what, Reason(str(path), why, "name another file")) from error
    if stat.S_ISREG(kind):
        return place
    if stat.S_ISDIR(kind):
        found = "is a folder"
    elif stat.S_ISLNK(kind):
        found = "is a link that leads round in a circle"
    else:
        found = "is a device, a pipe or a socket: only plain files are written"
    raise StoreNotWritable(what, Reason(str(path), found, "name a file"))
