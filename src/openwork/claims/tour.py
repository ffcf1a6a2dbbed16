"""Steps by which a page leads its reader, as a teacher writes them in a claims file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from openwork.errors import Reason, suggestion

LINK = re.compile(r"#[\w-]+(\?[\w.,:=&@%-]*)?")
MOST_STEPS = 12
PARTS = ("asking", "how", "play", "cut", "counted", "routes", "verdict", "claims", "compare", "measured")
"""of every page, that a step can lead to; there are more, which hang on what was measured"""
QUESTION = ("q", "with", "cut", "by", "output", "stage", "line", "set")
FIGURES = ("basis", "norm", "measure", "show", "order", "layer", "from", "route", "curve", "open", "claim")
STATE = (*QUESTION, *FIGURES)
"""what a link says of the state of a page: the words of `page/live/page/link.js`, the tour's own step aside"""
COPY = "take what stands behind the address of the page, from # on, where you copy its link"
ALIKE = 0.75
"""how near a name is to a known one that it is taken for a slip"""


@dataclass(frozen=True)
class TourStep:
    """One step.

    Attributes:
        title: a few words.
        text: what to do and to look at, a sentence or two.
        link: the end of a link to the page, as its *copy link* gives it: `#cut?cut=zero:L0M`.
    """

    title: str
    text: str
    link: str


def tour_of(tables: Sequence[Mapping[str, str]]) -> tuple[TourStep, ...]:
    """The steps of tables that `tour_reasons` found nothing wrong with."""
    return tuple(TourStep(**table) for table in tables)


def tour_reasons(said: Any, claims: Sequence[str] | None = None) -> list[Reason]:
    """What is wrong with a claims file's `[[tour]]`.

    Args:
        said: what stands in the file.
        claims: the names of its claims, which steps may lead to; None where nobody knows them.
    """
    if not isinstance(said, list) or not all(isinstance(step, Mapping) for step in said):
        return [Reason("tour", "is not a list of tables", "write [[tour]] above each step")]
    reasons = [] if len(said) <= MOST_STEPS else [Reason("tour", f"{len(said)} steps", f"{MOST_STEPS} at most")]
    known = [each.name for each in fields(TourStep)]
    for number, step in enumerate(said, 1):
        where = f"tour {number}"
        reasons += [Reason(f"{where}.{n}", "is not known here", suggestion(n, known)) for n in step if n not in known]
        reasons += [
            Reason(f"{where}.{name}", "is missing or no text", f'write {name} = "..."')
            for name in known
            if not isinstance(step.get(name), str) or not step[name].strip()
        ]
        link = step.get("link")
        if isinstance(link, str) and link.strip() and not LINK.fullmatch(link):
            reasons.append(Reason(f"{where}.link", f"{link!r} leads to no part of a page", COPY))
        elif isinstance(link, str) and link.strip():
            reasons += _link_reasons(f"{where}.link", link, claims)
    return reasons


def _link_reasons(where: str, link: str, claims: Sequence[str] | None) -> Iterator[Reason]:
    """Parts and states that no page has."""
    part, _, state = link.removeprefix("#").partition("?")
    anchors = [claim_anchor(claim) for claim in claims or ()]
    if part.startswith("claim-") and claims is not None and part not in anchors:
        yield Reason(where, f"#{part} is no claim of this file", suggestion(part, anchors))
    elif part not in PARTS and difflib.get_close_matches(part, PARTS, cutoff=ALIKE):
        yield Reason(where, f"#{part} is no part of a page", suggestion(part, PARTS))
    for piece in filter(None, state.split("&")):
        name, equals, value = piece.partition("=")
        if name not in STATE:
            yield Reason(where, f"{name!r} is no state of a page", suggestion(name, STATE))
        elif not equals or not value:
            yield Reason(where, f"{name!r} has no value", COPY)


def claim_anchor(name: str) -> str:
    """What a link to a claim of a page says."""
    return "claim-" + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "part")
