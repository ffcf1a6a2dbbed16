"""A power cut, simulated: at a moment of writing the disk has only what was synced, and of the rest some or nothing.

SQLite's own files are taken as they are: it is trusted to sync what it commits, and is told to (`synchronous = FULL`).
Of the files of arrays the disk has, after a cut, those names that were synced with their folder, or in the kinder case
every name; and of their contents what was synced with the file, else a file that ends too early or is empty.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openwork.testing.damaged_stores.damage import FOLDERS


class PowerCut(BaseException):
    """The machine is off. Nothing of the program runs from here on that could write to the disk."""


@dataclass
class Disk:
    """What of a store is safe on the disk.

    Attributes:
        home: the store's folder.
        files: by inode, the bytes that were synced.
        folders: by name, the entries that were synced, with their inodes.
    """

    home: Path
    files: dict[int, bytes] = field(default_factory=dict)
    folders: dict[str, dict[str, int]] = field(default_factory=dict)

    def synced(self, handle: int) -> None:
        """What this file or folder holds now is safe."""
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        if path.is_dir():
            self.folders[path.name] = {entry.name: entry.inode() for entry in os.scandir(path)}
        else:
            self.files[os.fstat(handle).st_ino] = path.read_bytes()

    def after_cut(self, to: Path, kind: bool) -> None:
        """Makes the folder that the next start finds; `kind` where names that were not synced are there too."""
        to.mkdir(parents=True)
        for path in self.home.glob("store.sqlite*"):
            shutil.copy(path, to / path.name)
        for folder in FOLDERS:
            now = self.home / folder
            if not now.is_dir():
                continue
            entries = {entry.name: entry.inode() for entry in os.scandir(now)}
            (to / folder).mkdir()
            for name, inode in (entries if kind else self.folders.get(folder, {})).items():
                whole = self.files.get(inode)
                (to / folder / name).write_bytes(b"" if whole is None else whole)


@contextmanager
def power_cut(disk: Disk, operation: int, after: Callable[[], None]) -> Iterator[None]:
    """Within it, the so-manyth sync or renaming of a file, from 1, is a power cut: `after` sees the disk, then nothing
    more is done."""
    left = [operation]
    fsync, replace = os.fsync, os.replace

    def counted(call: Callable[..., Any], *arguments: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            after()
        if left[0] <= 0:
            raise PowerCut
        done = call(*arguments)
        if call is fsync:
            disk.synced(arguments[0])
        return done

    os.fsync = lambda handle: counted(fsync, handle)  # type: ignore[assignment]
    os.replace = lambda *paths: counted(replace, *paths)
    try:
        yield
    finally:
        os.fsync, os.replace = fsync, replace
