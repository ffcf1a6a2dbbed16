"""A model of somebody else's on one page: what it is, what had to be found out, how it works, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openwork.analyses import percent
from openwork.analyses.routes import Routes
from openwork.claims import ClaimsHeading, Outcome, Verdict
from openwork.interop import ImportedModel
from openwork.interop.missing_fields import shown
from openwork.report.document import Document
from openwork.report.parts import Fold, Part, Section, Table, Text, VerdictList, columns
from openwork.report.sections import Overview, overview_parts, parts_of
from openwork.report.sections.verdicts import count_line, verdict_row

CARRIED = 0.9
"""share of pairs below which a route does not explain its answer"""
NEITHER = "What was not decided, or says nothing"
WHOSE = (
    "The model was trained by somebody else, and its file is not part of this project. With the file at hand, this "
    "makes the page again; claims and programs stand beside it."
)


@dataclass(frozen=True, eq=False)
class GalleryPage:
    """What a page is made of.

    Attributes:
        heading: of the claims file.
        overview: the model, its origin, and how right it is on all the inputs that it was asked.
        imported: what was read and what was found out.
        judged: the inputs on which claims were judged, in words.
        verdicts: on the claims, in their order.
        routes: of every variable to every output.
        command: what makes this page again.
    """

    heading: ClaimsHeading
    overview: Overview
    imported: ImportedModel
    judged: str
    verdicts: tuple[Verdict, ...]
    routes: Routes
    command: str


def gallery_document(entry: GalleryPage) -> Document:
    """The page."""
    task = entry.overview.source.task
    holds = _with(entry.verdicts, Outcome.CONFIRMED)
    not_so = _with(entry.verdicts, Outcome.REFUTED, Outcome.MIXED)
    neither = _with(entry.verdicts, Outcome.UNDECIDED, Outcome.VACUOUS)
    sections = (
        Section("What was imported", "imported", overview_parts(entry.overview)),
        Section("What its shapes do not say", "found", _found(entry.imported)),
        Section("How it works", "works", _judged(entry, holds)),
        Section("What does not hold", "not", _refuted(not_so, len(holds) == len(entry.verdicts))),
        *([Section(NEITHER, "neither", (VerdictList(tuple(map(verdict_row, neither))),))] if neither else []),
        Section("Routes", "routes", _routes(entry.routes)),
        Section("What is not understood", "open", _open(entry)),
        Section("This page", "again", (Text(WHOSE), Text(entry.command, "command"))),
    )
    subtitle = (
        f"A transformer that others trained on {task.name}: {task.summary}. What is CONFIRMED of it was tested by "
        "intervention."
    )
    return Document(entry.heading.title or f"How a model does {task.name}", sections, subtitle)


def _with(verdicts: Sequence[Verdict], *outcomes: Outcome) -> tuple[Verdict, ...]:
    return tuple(v for v in verdicts if v.outcome in outcomes)


def _found(imported: ImportedModel) -> tuple[Part, ...]:
    rows = tuple((known.field, shown(known.field, known.value), known.by) for known in imported.known)
    table = Table(columns("field", "value", "how it is known"), rows)
    if imported.identified is None or imported.identified.tried == 1:
        return (table, Text("Nothing had to be found out by trial."))
    how = "Each combination of what is not known answered the same questions of the task."
    return (table, Text(f"{how} {imported.search}."))


def _judged(entry: GalleryPage, holds: Sequence[Verdict]) -> tuple[Part, ...]:
    said = f"{count_line(entry.verdicts)} Judged on {entry.judged}."
    if not holds:
        return (Text(f"{said} None is CONFIRMED."),)
    return (Text(f"{said} CONFIRMED are:"), VerdictList(tuple(map(verdict_row, holds))))


def _refuted(verdicts: Sequence[Verdict], all_confirmed: bool) -> tuple[Part, ...]:
    if not verdicts:
        return (Text("Every claim was CONFIRMED." if all_confirmed else "No claim was REFUTED."),)
    return (VerdictList(tuple(map(verdict_row, verdicts))),)


def _routes(routes: Routes) -> tuple[Part, ...]:
    said = "Which head carries which variable to which answer, and from where, was found without a claim to go by."
    return (Text(said), Text(routes.summary), Fold("Every route", tuple(parts_of(routes))))


def _open(entry: GalleryPage) -> tuple[Part, ...]:
    measured = []
    wrong = entry.overview.inputs - entry.overview.right
    if wrong:
        asked = f"of {entry.overview.inputs:,} questions that were asked"
        measured.append(f"{wrong:,} {asked} have a wrong answer; claims of how the model works are about the others.")
    weak = [route for route in entry.routes.routes if route.explained < CARRIED]
    if weak:
        share = f"less than {percent(CARRIED)} of their pairs"
        measured.append(f"{len(weak)} of {len(entry.routes.routes)} routes explain {share}.")
    undecided = [v.claim.id for v in entry.verdicts if v.outcome is Outcome.UNDECIDED]
    if undecided:
        measured.append(f"UNDECIDED stays: {', '.join(undecided)}.")
    vacuous = [v.claim.id for v in entry.verdicts if v.outcome is Outcome.VACUOUS]
    if vacuous:
        measured.append(f"VACUOUS, since no model could fail it, is: {', '.join(vacuous)}.")
    return tuple(Text(f"{n}. {line}") for n, line in enumerate([*entry.heading.open, *measured], start=1))
