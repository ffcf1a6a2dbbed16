"""A program over its model's training: since when each part of it holds."""

from __future__ import annotations

from openwork.programs import ProgramOverTraining
from openwork.report.chapters import describes
from openwork.report.parts import Curve, Part, Series, Table, Text, columns

CAPTION = (
    "The program is the one found at the end. A line is realised where interchange at its places is followed in 99 % "
    "of pairs; since when: from there on at every checkpoint measured."
)


@describes(ProgramOverTraining, chapter="program")
def program_over_training_parts(result: ProgramOverTraining) -> tuple[Part, ...]:
    """One sentence, since when each part holds, and the shares as curves."""
    rows = []
    for part in result.parts:
        since = part.since(result.epochs)
        rows.append((part.name, "not at the end" if since is None else str(since), f"{100 * part.shares[-1]:.2f} %"))
    at = tuple(map(float, result.epochs))
    series = tuple(Series(part.name, at, part.shares, quiet=n > 0) for n, part in enumerate(result.parts))
    curve = Curve("The program over training", series, "epoch", "share", y_range=(0, 1))
    table = Table(columns("part", "since", "at the end", numeric=(2,)), tuple(rows), CAPTION)
    return Text(f"{result.title}. {result.summary}"), table, curve
