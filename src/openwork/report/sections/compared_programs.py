"""Two models' programs beside each other: what both say, and what one says alone."""

from __future__ import annotations

from openwork.programs import ComparedPrograms
from openwork.report.chapters import describes
from openwork.report.parts import Part, Text

MOST_LINES = 40
"""that are shown of each"""


@describes(ComparedPrograms, chapter="program")
def compared_parts(result: ComparedPrograms) -> tuple[Part, ...]:
    """One sentence, then the lines that differ; of programs that are the same, all."""
    parts: list[Part] = [Text(result.summary)]
    if result.same:
        return (*parts, _lines("In both", result.shared))
    parts.append(Text(f"Digests: {result.digests[0]} and {result.digests[1]}.", "note"))
    for name, lines in zip(result.names, result.only, strict=True):
        if lines:
            parts.append(_lines(f"Only in {name}", lines))
    return (*parts, _lines("In both", result.shared)) if result.shared else tuple(parts)


def _lines(what: str, lines: tuple[str, ...]) -> Text:
    more = len(lines) - MOST_LINES
    left = (f"... and {more:,} more: all with --json",) if more > 0 else ()
    return Text("\n".join([f"{what}:", *(f"  {line}" for line in (*lines[:MOST_LINES], *left))]), "command")
