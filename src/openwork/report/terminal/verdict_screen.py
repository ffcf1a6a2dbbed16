"""What was found, on one screen of 80 columns: the model, then each claim, how it came out, and the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text as RichText

from openwork.claims.verdict import Verdict
from openwork.programs import Decompilation
from openwork.report.recipe_claims import NOTHING_ASKED, RecipeClaims
from openwork.report.sections.gist import gist_parts
from openwork.report.sections.overview import Overview
from openwork.report.sections.verdicts import count_line, verdict_row
from openwork.report.terminal.lowering import INDENT, terminal, verdict_head
from openwork.report.terminal.paragraph import Paragraph

LABEL = 10
"""where a fact about the model starts"""
LINES = 2
"""how many lines a claim has, and what was found; the report has all of it, and what its author says"""


def verdict_screen(
    overview: Overview,
    verdicts: Sequence[Verdict],
    recipe: RecipeClaims = NOTHING_ASKED,
    program: Decompilation | None = None,
) -> Group:
    """The whole screen: about 40 lines for half a dozen claims, and the program before them where there is one."""
    shown: list[RenderableType] = [Paragraph(overview.unsolved, "bold red"), ""] if overview.unsolved else []
    shown += [Paragraph(overview.unhandled, "bold"), ""] if overview.unhandled else []
    shown += [Paragraph(text, indent=LABEL, lead=name) for name, text in _facts(overview)]
    if program is not None:
        shown += ["", RichText("What it computes", "bold"), terminal(gist_parts(program))]
    shown += ["", RichText(count_line(verdicts), "bold"), *_rows(verdicts)]
    if recipe.verdicts:
        said = f"{recipe.title}. {count_line(recipe.verdicts)}"
        shown += ["", Paragraph(said, "bold"), Paragraph(recipe.about), *_rows(recipe.verdicts)]
    if recipe.line:
        shown += ["", Paragraph(recipe.line, "dim")]
    return Group(*shown)


def _rows(verdicts: Sequence[Verdict]) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for row in map(verdict_row, verdicts):
        shown += [verdict_head(row), Paragraph(row.tested, indent=INDENT, most=LINES)]
        shown.append(Paragraph(row.sentence, "dim", INDENT, most=LINES))
    return shown


def _facts(overview: Overview) -> tuple[tuple[str, str], ...]:
    sampled = f": {overview.interval_line}" if overview.coverage else ""
    stopped = f" {overview.unfinished_line}" if overview.unfinished else ""
    whose = (("claims", overview.claims_line),) if overview.claims_line else ()
    proof = f"; {overview.proof}" if overview.proof else ""
    return (
        ("right on", f"{overview.right:,} of {overview.inputs_line}{sampled}{proof}"),
        ("task", overview.task_line),
        ("model", overview.model_line),
        ("seeds", f"{overview.seeds_line}; explained: seed {overview.seed}, run {overview.run}.{stopped}"),
        *whose,
    )
