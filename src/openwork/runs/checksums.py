"""Checksums of what a store keeps, and what a row or a file that does not match its own is called.

Each is a SHA-256 in hexadecimal over JSON text that begins with what the thing is and whose it is, so that a row or a
file in the place of another does not match either. The epochs of a run are a chain: each link covers the one before
it, and the run's row holds the last, so that an epoch that is changed, lost or of another run breaks it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from openwork.errors import Reason, StoreError

RECOVER = "openwork runs recover brings back what is whole, and tells what is not"
DAMAGED = "the store is damaged"
HEAD = '{"checksum": "'


def checksum(kind: str, *values: Any) -> str:
    """Of a row: `kind` is its table, `values` are all its columns."""
    return _hashed(json.dumps([kind, *values]).encode())


def linked(head: str, epochs: Iterable[Sequence[Any]]) -> str:
    """The chain after these rows, which follow the one that `head` covers; `head` is empty before the first."""
    for epoch in epochs:
        head = _hashed((head + json.dumps(epoch)).encode())
    return head


def of_numbers(*arrays: Any) -> str:
    """Of the bytes of some arrays, one after the other."""
    return _hashed(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays))


def of_names(names: Iterable[str]) -> str:
    """Of all the names of runs that a store has."""
    return _hashed(json.dumps(sorted(names)).encode())


def of_joined(names: str) -> str:
    """The same of ascending names that need no escape in JSON, joined by `", "`, quotes included, as `of_names` has
    them: a million are joined by SQLite sooner than here."""
    return _hashed(f'["{names}"]'.encode("utf-8", "surrogatepass"))


def sealed(text: str) -> str:
    """A JSON object's text with its own checksum as the first member."""
    return f'{HEAD}{_hashed(text.encode())}", {text[1:]}'


def unsealed(text: str) -> bool | None:
    """Whether a JSON object's text matches its checksum; None where it has none."""
    if not text.startswith(HEAD):
        return None
    told, rest = text[len(HEAD) : len(HEAD) + 64], text[len(HEAD) + 64 :]
    return rest.startswith('", ') and _hashed(("{" + rest[3:]).encode("utf-8", "surrogatepass")) == told


def damaged(path: Path, what: str, whose: str = "") -> StoreError:
    """A row of the database at `path` that is not what was written; `whose` says which."""
    return StoreError(DAMAGED, damage(path, what, whose))


def damage(path: Path, what: str, whose: str = "") -> Reason:
    """The same as one reason among others."""
    return Reason(f"{path}, {whose}" if whose else str(path), what, RECOVER)


def _hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
