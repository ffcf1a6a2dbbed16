"""What a claims file says beside its claims: its title, the task, where it was published, and what it leaves open."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from openwork.claims.tour import TourStep, tour_of, tour_reasons
from openwork.errors import ClaimError, Reason, suggestion


@dataclass(frozen=True)
class Publication:
    """Where claims were published.

    Attributes:
        title: of the article.
        author: as the publication gives it; empty where it gives none.
        url: where it can be read; empty where it can be read nowhere.
    """

    title: str
    author: str = ""
    url: str = ""

    def __str__(self) -> str:
        by, at = f" by {self.author}" if self.author else "", f", {self.url}" if self.url else ""
        return f"“{self.title}”{by}{at}"


@dataclass(frozen=True)
class ClaimsHeading:
    """The head of a claims file.

    Attributes:
        title: empty where it has none.
        task: the name of the task; empty where it has none.
        open: what nobody understands yet, a sentence or a few each.
        publication: whose claims they are; None where it does not say.
        tour: steps by which a page about a model leads its reader; none means that the page makes its own.
    """

    title: str = ""
    task: str = ""
    open: tuple[str, ...] = ()
    publication: Publication | None = None
    tour: tuple[TourStep, ...] = ()


def heading_of(text: str, source: str = "claims") -> ClaimsHeading:
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
    published = Publication(**tables["publication"]) if "publication" in tables else None
    steps = tour_of(tables.get("tour", ()))
    return ClaimsHeading(
        tables.get("title", ""), tables.get("task", ""), tuple(tables.get("open", ())), published, steps
    )


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
    listed = tables.get("claim")
    names = [one.get("id") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else None
    reasons += tour_reasons(tables.get("tour", []), None if names is None else [str(name) for name in names])
    return [*reasons, *_publication_reasons(tables.get("publication", {"title": "none is given"}))]


def _publication_reasons(said: Any) -> list[Reason]:
    if not isinstance(said, Mapping):
        return [Reason("publication", "is not a table", 'write [publication] and under it title = "..."')]
    known = [each.name for each in fields(Publication)]
    reasons = [
        Reason(f"publication.{name}", "is not known here", suggestion(name, known))
        for name in said
        if name not in known
    ]
    reasons += [
        Reason(f"publication.{name}", f"{said[name]!r} is not text", f'write {name} = "..."')
        for name in known
        if not isinstance(said.get(name, ""), str)
    ]
    if not said.get("title"):
        reasons.append(Reason("publication.title", "is missing", 'write title = "..."'))
    return reasons
