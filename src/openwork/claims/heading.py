"""What a claims file says beside its claims: its title, the task that it is about, and what it leaves open."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openwork.errors import ClaimError, Reason


@dataclass(frozen=True)
class Heading:
    """The head of a claims file.

    Attributes:
        title: empty where it has none.
        task: the name of the task; empty where it has none.
        open: what nobody understands yet, a sentence or a few each.
    """

    title: str = ""
    task: str = ""
    open: tuple[str, ...] = ()


def heading_of(text: str, source: str = "claims") -> Heading:
    """The head of a claims file; its claims are not looked at.

    Raises:
        ClaimError: it is not TOML, or with every part of the head that is of the wrong kind.
    """
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = Reason(source, str(error), "mend the TOML first; the claims are read after that")
        raise ClaimError(f"{source} is not a claims file", reason) from error
    reasons = heading_reasons(tables)
    if reasons:
        raise ClaimError(f"{source} cannot be read", reasons)
    return Heading(tables.get("title", ""), tables.get("task", ""), tuple(tables.get("open", ())))


def heading_reasons(tables: Mapping[str, Any]) -> list[Reason]:
    """What is wrong with the head."""
    reasons = [
        Reason(name, f"{tables[name]!r} is not text", f'write {name} = "..."')
        for name in ("title", "task")
        if not isinstance(tables.get(name, ""), str)
    ]
    said = tables.get("open", [])
    if not isinstance(said, list) or not all(isinstance(line, str) and line.strip() for line in said):
        reasons.append(Reason("open", "is not a list of sentences", 'write open = ["...", "..."]'))
    return reasons
