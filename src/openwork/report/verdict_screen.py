"""One screen of 80 columns: the model, the claims with the number that decides each, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text as RichText

from openwork.claims.verdict import Outcome, Verdict
from openwork.report.lower_terminal import SIGNS, WIDTH, prose
from openwork.report.sections.overview import Overview
from openwork.report.sections.verdicts import count_line

INDENT = 12
"""where a verdict's sentence starts"""
LINES = 2
"""how many lines of a sentence fit; the report has all of it"""


def verdict_screen(
    overview: Overview, verdicts: Sequence[Verdict], page: str | None = None, next_commands: Sequence[str] = ()
) -> Group:
    """The whole screen.

    Args:
        overview: the model and where it comes from.
        verdicts: the claims judged on it.
        page: where the HTML report was written.
        next_commands: what to type next.
    """
    facts = RichTable(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    facts.add_column(style="dim", width=INDENT - 1)
    facts.add_column()
    for name, text in _facts(overview):
        facts.add_row(name, prose(text))
    shown: list[RenderableType] = [facts, "", RichText(count_line(verdicts), "bold")]
    for verdict in verdicts:
        shown += _verdict(verdict)
    ending = RichTable(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    ending.add_column(style="dim", width=INDENT - 1)
    ending.add_column(overflow="fold")
    if page is not None:
        ending.add_row("report", RichText(page))
    for index, command in enumerate(next_commands):
        ending.add_row("" if index else "next", RichText(command, "cyan"))
    return Group(*shown, "", ending)


def _facts(overview: Overview) -> tuple[tuple[str, str], ...]:
    return (
        ("task", overview.task_line),
        ("model", overview.model_line),
        ("seeds", f"{overview.seeds_line}; explained: seed {overview.seed}, run {overview.run}"),
        ("right on", f"{overview.right_line} inputs"),
    )


def _verdict(verdict: Verdict) -> list[RenderableType]:
    sign, style = SIGNS[verdict.outcome]
    count = f"  holds for {verdict.holding} of {len(verdict.parts)}" if verdict.outcome is Outcome.MIXED else ""
    head = RichText.assemble((f"{sign} {verdict.outcome:<{INDENT - 2}}", style), (verdict.claim.id, "bold"), count)
    sentence = shorten(verdict.sentence, LINES * (WIDTH - INDENT) - 8, placeholder=" …")
    line = RichTable(box=None, show_header=False, pad_edge=False, padding=(0, 0, 0, INDENT))
    line.add_row(prose(sentence))
    return [head, line]
