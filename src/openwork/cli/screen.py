"""What was found, on one screen of 80 columns: the model, then each claim's outcome and the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import shorten

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from openwork.claims import Outcome, Verdict
from openwork.opened import OpenedRun
from openwork.report.lower_terminal import SIGNS
from openwork.report.sections.verdicts import count_line

LABEL = 11
"""width of the column of outcomes"""
LONGEST = 200
"""characters of a sentence, which fill three lines; the report has all of it"""


def explanation_screen(opened: OpenedRun, verdicts: tuple[Verdict, ...]) -> Group:
    """The model and where it comes from, then the verdicts."""
    overview = opened.overview
    facts = [
        ("task", overview.task_line),
        ("model", overview.model_line),
        ("seeds", f"{overview.seeds_line}; explained: seed {overview.seed}, run {overview.run}"),
        ("right on", f"{overview.right_line} inputs"),
        ("engine", overview.engine),
    ]
    lines = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    lines.add_column(style="dim", width=LABEL)
    lines.add_column()
    for name, text in facts:
        lines.add_row(name, Text(text))
    return Group(lines, "", verdict_screen(verdicts))


def verdict_screen(verdicts: Iterable[Verdict]) -> Group:
    """How many claims came out how, then a few lines for each."""
    judged = tuple(verdicts)
    return Group(Text(count_line(judged), "bold"), *(line for verdict in judged for line in _verdict(verdict)))


def _verdict(verdict: Verdict) -> Iterator[RenderableType]:
    sign, style = SIGNS[verdict.outcome.value]
    mixed = f"  holds for {verdict.holding} of {len(verdict.parts)}" if verdict.outcome is Outcome.MIXED else ""
    yield Text.assemble((f"{sign} {verdict.outcome:<{LABEL - 2}} ", style), (verdict.claim.id, "bold"), mixed)
    yield Padding(Text(shorten(verdict.sentence, LONGEST, placeholder=" …")), (0, 0, 0, LABEL + 1))
