"""The whole report on one model: what it computes and the verdicts first, then what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from openwork.analyses import Result, Routes
from openwork.claims.verdict import Verdict
from openwork.programs import Decompilation
from openwork.report.document import Document
from openwork.report.parts import Section, Text
from openwork.report.recipe_claims import NOTHING_ASKED, RecipeClaims
from openwork.report.sections import Overview, gist_parts, overview_parts, sections_of, verdict_parts, words
from openwork.report.sections.overview import unsolved_parts


def explanation_document(
    overview: Overview, verdicts: Sequence[Verdict], results: Sequence[Result], recipe: RecipeClaims = NOTHING_ASKED
) -> Document:
    """One document from a model's origin, the claims judged on it, and every analysis made of it."""
    task = overview.source.task
    left = unsolved_parts(overview, routes=any(isinstance(result, Routes) for result in results))
    unsolved = (Section("What was left out", "unsolved", left),) if left else ()
    program = next((result for result in results if isinstance(result, Decompilation)), None)
    computes = (Section("What it computes", "computes", gist_parts(program)),) if program else ()
    more = () if program or overview.unsolved else (Text(overview.next_line),)
    first = Section("At a glance", "glance", (*overview_parts(overview), *more, words()))
    judged = (Section("Verdicts", "verdicts", verdict_parts(verdicts)),) if verdicts else ()
    title = f"A model that does not solve {task.name}" if overview.unsolved else f"How a model does {task.name}"
    sections = (*unsolved, *computes, *judged, *recipe.sections, first, *sections_of(results))
    return Document(title, sections, overview.opening, f"openwork · run {overview.run}")
