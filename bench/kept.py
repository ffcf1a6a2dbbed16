"""What was measured so far, as JSON beside its page: written after every model, so that a stop loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def read(path: Path, nothing: T) -> T:
    """What is kept there; `nothing` before anything was."""
    held: T = json.loads(path.read_text(encoding="utf-8")) if path.exists() else nothing
    return held


def write(path: Path, rows: object) -> None:
    """Written beside first: a stop in between loses nothing."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
