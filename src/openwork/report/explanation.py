"""The whole report on one model: verdict first, then what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from openwork.analyses import Result
from openwork.claims.verdict import Verdict
from openwork.report.document import Document
from openwork.report.parts import Section
from openwork.report.sections import Overview, overview_parts, sections_of, verdict_parts, words


def explanation_document(overview: Overview, verdicts: Sequence[Verdict], results: Sequence[Result]) -> Document:
    """One document from a model's origin, the claims judged on it, and every analysis made of it."""
    task = overview.source.task
    whole = overview.right == overview.inputs
    said = f"is right on {'all' if whole else f'{overview.right:,} of'} {overview.inputs_line}"
    subtitle = f"A transformer, trained to {task.summary}, {said}. Here is what holds of it, tested by intervention."
    first = Section("At a glance", "glance", (*overview_parts(overview), words()))
    judged = (Section("Verdicts", "verdicts", verdict_parts(verdicts)),) if verdicts else ()
    title = f"How a model does {task.name}"
    return Document(title, (*judged, first, *sections_of(results)), subtitle, f"openwork · run {overview.run}")
