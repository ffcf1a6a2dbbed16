"""What commands print: tables and lines for people, one JSON value for machines."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openwork.errors import UNSEEN
from openwork.jobs.console import SafeConsole


def people(as_json: bool) -> Console:
    """Where people read: standard output, or standard error while standard output is for a machine."""
    return SafeConsole(stderr=as_json, highlight=False)


def aside() -> Console:
    """Where progress is shown: standard error, so that what a command prints can be piped."""
    return SafeConsole(stderr=True, highlight=False)


def emit(value: Any) -> None:
    """Prints one JSON value on standard output; what is not a finite number becomes null, what a terminal would obey is
    written as JSON's escapes."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    print(UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def plain(value: Any) -> Any:
    """The value in JSON's own types."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    return str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> Table:
    """A plain table that fits 80 columns; columns named in `right` are aligned to the right."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    return made


def print_facts(console: Console, facts: Iterable[tuple[str, object]], indent: int = 2) -> None:
    """Prints labelled facts one below the other.

    At a terminal a long one is broken beside its label; elsewhere it stays one line, which can be searched for.
    """
    rows = [(" " * indent + label, str(fact)) for label, fact in facts]
    if console.is_terminal:
        made = Table.grid(padding=(0, 2, 0, 0))
        made.add_column(no_wrap=True)
        made.add_column(overflow="fold")
        for label, fact in rows:
            made.add_row(Text(label), Text(fact))
        console.print(made)
        return
    width = max((len(label) for label, _ in rows), default=0)
    for label, fact in rows:
        console.print(f"{label:<{width}}  {fact}", markup=False, soft_wrap=True)


def path_text(path: Path) -> str:
    """A path relative to the working folder where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
