"""Steps by which a page leads its reader, as a teacher writes them in a claims file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from openwork.errors import Reason, suggestion

LINK = re.compile(r"#[\w-]+(\?[\w.,:=&@%-]*)?")
MOST_STEPS = 12


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


def tour_reasons(said: Any) -> list[Reason]:
    """What is wrong with a claims file's `[[tour]]`."""
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
            mend = "take what stands behind the address of the page, from # on, where you copy its link"
            reasons.append(Reason(f"{where}.link", f"{link!r} leads to no part of a page", mend))
    return reasons
