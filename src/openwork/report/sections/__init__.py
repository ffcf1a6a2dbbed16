"""Results to parts: one file for each kind of result, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence

from openwork.analyses import Result
from openwork.report import listed_sections as listed_sections
from openwork.report.chapters import CHAPTERS, DESCRIBE, Chapter, describes
from openwork.report.parts import Part, Section, Text
from openwork.report.sections.gist import gist_parts
from openwork.report.sections.overview import Overview, overview_parts
from openwork.report.sections.verdicts import verdict_parts
from openwork.report.sections.words import words


def parts_of(result: Result) -> tuple[Part, ...]:
    """This result as display parts; one that no section knows shows its summary."""
    describe = DESCRIBE.get(type(result))
    return (Text(result.summary),) if describe is None else describe(result)


def sections_of(results: Sequence[Result]) -> tuple[Section, ...]:
    """The chapters that these results fill, in the report's order; within one, in the order given."""
    sections = []
    for chapter in CHAPTERS:
        shown = tuple(part for result in results if isinstance(result, chapter.kinds) for part in parts_of(result))
        if shown:
            sections.append(Section(chapter.title, chapter.anchor, shown))
    return tuple(sections)


__all__ = [
    "CHAPTERS",
    "DESCRIBE",
    "Chapter",
    "Overview",
    "describes",
    "gist_parts",
    "overview_parts",
    "parts_of",
    "sections_of",
    "verdict_parts",
    "words",
]
