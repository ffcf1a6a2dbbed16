"""Files of a store: written whole or not at all, and removed when nothing refers to them.

Whoever writes or removes one holds the database's write lock, so nobody else is in the middle of it. A file that this
store did not make is never removed, nor replaced: not every file in the folder need be its own.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WEIGHTS, CHECKPOINTS, PROGRESS, STATES = "weights", "checkpoints", "progress", "states"
"""folders: final weights of an ended run; those after every epoch; the same of runs in training; optimiser states"""
FOLDERS = (WEIGHTS, CHECKPOINTS, PROGRESS, STATES)
ENDING, PART = ".safetensors", ".part"
SYNCED_BESIDE = 16
"""files that are synced beside one another, where there are more than that: a disk takes hardly longer than for one"""
_WRITER = 16
"""hexadecimal digits that name a process which writes"""
_OURS = re.compile(r"[0-9a-f]{12,32}\.safetensors(\.[0-9a-f]{16})?(\.part)?")
_WRITTEN = re.compile(
    rf"([0-9a-f]{{{_WRITER}}})[0-9a-f]{{16}}\.safetensors|.+\.safetensors\.([0-9a-f]{{{_WRITER}}})\.part"
)


class Writer:
    """A process that writes: its own identifier is in the name of every file that is not named by a run."""

    def __init__(self, token: str = "") -> None:
        self.token = token or secrets.token_hex(_WRITER // 2)
        self._count = 0

    def path(self, folder: str) -> str:
        """A name that no other file has."""
        self._count += 1
        return f"{folder}/{self.token}{self._count:016x}{ENDING}"

    def part(self, name: str) -> str:
        """What a file is called until it is whole."""
        return f"{name}.{self.token}{PART}"


def named(folder: str, run: str) -> str:
    """The file of a run that has ended."""
    return f"{folder}/{run}{ENDING}"


def writer_of(name: str) -> str | None:
    """Which process gave a file this name, by its path in the store; None where that cannot be told."""
    found = _WRITTEN.fullmatch(name.rpartition("/")[2])
    return None if found is None else found[1] or found[2]


def write_files(home: Path, files: Mapping[str, bytes], writer: Writer, durable: bool = True) -> None:
    """Writes each file under another name, syncs it, and renames it; when this returns all are durable, unless that is
    not asked for."""
    parts = {name: home / writer.part(name) for name in files}

    def write(name: str) -> None:
        with open(parts[name], "wb") as file:
            file.write(files[name])
            if durable:
                file.flush()
                os.fsync(file.fileno())

    try:
        for folder in {part.parent for part in parts.values()}:
            folder.mkdir(exist_ok=True)
        if durable and len(files) > SYNCED_BESIDE:
            with ThreadPoolExecutor(SYNCED_BESIDE) as beside:
                list(beside.map(write, files))
        else:
            for name in files:
                write(name)
        for name, part in parts.items():
            os.replace(part, home / name)
    except BaseException:
        remove_files(home, [writer.part(name) for name in files])
        raise
    if durable:
        for folder in {home, *(part.parent for part in parts.values())}:
            sync_folder(folder)


def remove_files(home: Path, names: Collection[str]) -> None:
    """Removes these files; one that is not there is no error."""
    for name in names:
        (home / name).unlink(missing_ok=True)


def files_in(home: Path) -> set[str]:
    """Every file that is called as a store calls its own, half-written ones included; it need not be this store's."""
    found = set()
    for folder in FOLDERS:
        if (home / folder).is_dir():
            found |= {f"{folder}/{name}" for name in os.listdir(home / folder) if _OURS.fullmatch(name)}
    return found


def is_named_ours(home: Path, name: str) -> bool:
    """Whether a file of the store has this path, called as a store calls its own: one that `files_in` finds, without
    looking through folders of a million."""
    folder, _, file = name.partition("/")
    return folder in FOLDERS and _OURS.fullmatch(file) is not None and (home / name).exists()


def sync_folder(folder: Path) -> None:
    """Makes renames durable; only POSIX systems can, and need to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
