"""Files that a command is given, looked at before anything is trained."""

from __future__ import annotations

import os
from pathlib import Path

from openwork.claims import Claim, parse_claims
from openwork.errors import ClaimError, Reason, StoreNotWritable
from openwork.models import ModelSpec
from openwork.tasks import Task


def read_claims(path: Path, task: Task, spec: ModelSpec) -> tuple[Claim, ...]:
    """The claims of a TOML file.

    Raises:
        ClaimError: the file cannot be read, or with every mistake in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        reason = Reason(str(path), why or str(error), "give the path of a claims file")
        raise ClaimError("the claims file cannot be read", reason) from error
    return parse_claims(text, task, spec, path.name)


def require_writable(path: Path) -> None:
    """Raises StoreNotWritable where no file of this name can be written, before work is done for it."""
    folder = path.absolute().parent
    if path.is_dir():
        reason = Reason(str(path), "is a folder", "name a file")
    elif not folder.is_dir():
        reason = Reason(str(folder), "there is no such folder", "make it first, or name another file")
    elif not os.access(folder, os.W_OK):
        reason = Reason(str(folder), "you may not write there", "name a file elsewhere")
    else:
        return
    raise StoreNotWritable("the report could not be written", reason)
