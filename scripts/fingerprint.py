"""Prints one hash of the interpreter and of every file under the given paths, to know whether to install again."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path


def files_under(path: Path) -> list[Path]:
    """The file itself, or all files below a folder, compiled ones left out."""
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix not in {".pyc", ".so"})


def fingerprint(paths: list[Path]) -> str:
    """A hash of names and contents."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (file for path in paths for file in files_under(path)):
        digest.update(f"\0{file.as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(fingerprint([Path(argument) for argument in sys.argv[1:]]))
