"""Files of a store: written whole or not at all, and removed when nothing refers to them.

Whoever writes or removes one holds the database's write lock, so nobody else is in the middle of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

WEIGHTS, CHECKPOINTS, PROGRESS, STATES = "weights", "checkpoints", "progress", "states"
"""folders: final weights of an ended run; those after every epoch; the same of runs in training; optimiser states"""
PART = ".part"
_OURS = re.compile(r"[0-9a-f]{12,32}\.safetensors(\.part)?")


def write_files(home: Path, files: Mapping[str, bytes]) -> None:
    """Writes each file under another name, syncs it, and renames it; when this returns all are durable."""
    parts = {name: home / f"{name}{PART}" for name in files}
    try:
        for name, data in files.items():
            parts[name].parent.mkdir(exist_ok=True)
            with open(parts[name], "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for name, part in parts.items():
            os.replace(part, home / name)
    except BaseException:
        remove_files(home, [f"{name}{PART}" for name in files])
        raise
    for folder in {home, *(part.parent for part in parts.values())}:
        _sync_folder(folder)


def remove_files(home: Path, names: Collection[str]) -> None:
    """Removes these files; one that is not there is no error."""
    for name in names:
        (home / name).unlink(missing_ok=True)


def files_in(home: Path) -> set[str]:
    """Every file that a store may have written, half-written ones included; not a user's own files."""
    found = set()
    for folder in (WEIGHTS, CHECKPOINTS, PROGRESS, STATES):
        if (home / folder).is_dir():
            found |= {f"{folder}/{name}" for name in os.listdir(home / folder) if _OURS.fullmatch(name)}
    return found


def _sync_folder(folder: Path) -> None:
    """Makes renames durable; only POSIX systems can, and need to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
