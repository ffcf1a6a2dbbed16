"""What the first screen says: in a sentence what the model computes, and in a few words how far that is sure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openwork.analyses import Result
from openwork.claims.verdict import Outcome, Verdict
from openwork.errors import visible
from openwork.models import ModelSpec
from openwork.page.live_report import LiveReport
from openwork.page.program import ancestors, component_words, decompiled
from openwork.programs import Program, program_lines
from openwork.programs.decompile.shortening import without_unread_items
from openwork.programs.language import Constant, Expression, Name, inlined
from openwork.report.sections import Overview

MOST_WRITTEN = 72
"""characters of an answer that is written out in a sentence"""

Standing = dict[str, str]
"""one thing that is known: `kind` (yes, no, open), `said`, `more`, and the `anchor` of its evidence"""


def opening(report: LiveReport) -> str:
    """The first sentence of the page: what the program comes to, else what the model does."""
    task, told = report.overview.source.task, program_told(report.results, report.subject.spec)
    asked = f"{task.summary[:1].upper()}{task.summary[1:]}."
    if told:
        return f"{asked} Inside, {told}"
    if report.title:
        right = f"{report.overview.right:,} of {report.overview.inputs_line}"
        return f"{asked} This model of others is right on {right}; how it works was asked where it is right."
    found = decompiled(report.results)
    known = found is not None and found.program is not None
    if report.overview.unsolved or (report.overview.unhandled and not known):
        return report.overview.opening
    if found is not None and found.program is not None:
        lines = len(program_lines(found.program))
        return f"{asked} Inside this model is a program of {lines} lines: more than a sentence says, so watch it work."
    return f"{asked} This model does it, and no program was found that says how: watch what moves where."


def program_told(results: Sequence[Result], spec: ModelSpec) -> str:
    """What the program comes to, in a sentence; empty where there is none, or none that is short."""
    found = decompiled(results)
    if found is None or found.program is None:
        return ""
    program = without_unread_items(found.program)
    answers = [line.assigns for line in program_lines(program) if line.assigns[0].startswith("answer[")]
    largest = max(answers, key=len)
    number = int(largest[0][len("answer[") : -1])
    written = _written_out(program, number)
    if isinstance(written, Constant) or len(written.text()) > MOST_WRITTEN:
        return ""
    alike = len(largest) - 1
    others = "" if not alike else f" {alike} more {'answer is' if alike == 1 else 'answers are'} made alike."
    name = visible(program.outputs[number].name)
    return f"`{name}` is `{visible(written.text())}`{_by_whom(program, number, spec)}.{others}"


def standings(overview: Overview, verdicts: Sequence[Verdict]) -> list[Standing]:
    """How right it is, whether that is proved, and how its claims came out."""
    asked = overview.all_asked if overview.coverage else f"all {overview.inputs_line}"
    solved = overview.right == overview.inputs
    right = f"right on {asked}" if solved else f"right on {overview.right:,} of {overview.inputs_line}"
    found = [_standing("yes" if solved else "no", right, overview.interval_line, "verdict")]
    if overview.proof:
        found.append(_standing("yes", overview.proof, "", "accuracy"))
    if verdicts:
        found.append(_claims(overview, verdicts))
    return found


def _claims(overview: Overview, verdicts: Sequence[Verdict]) -> Standing:
    refuted = sum(verdict.outcome is Outcome.REFUTED for verdict in verdicts)
    held = sum(verdict.outcome is Outcome.CONFIRMED for verdict in verdicts)
    whose = "of the article's " if overview.publication else ""
    count = f"{refuted or held} of {len(verdicts)} {whose}claims {'refuted' if refuted else 'confirmed'}"
    if len(verdicts) == 1:
        count = f"{whose.removeprefix('of ') or 'its '}one claim is {verdicts[0].outcome.lower()}"
    kind = "no" if refuted else "yes" if held == len(verdicts) else "open"
    return _standing(kind, count, "", "claims")


def _standing(kind: str, said: str, more: str, anchor: str) -> Standing:
    return {"kind": kind, "said": said, "more": more, "anchor": anchor}


def _written_out(program: Program, number: int) -> Expression:
    """An answer in terms of the question's symbols alone."""
    held = {c: item for v in program.variables for c, item in zip(v.columns, v.items, strict=True)}
    written = program.outputs[number].expression
    while len(written.text()) <= MOST_WRITTEN and any(name in held for name in written.names()):
        written = inlined(written, held)
    return written


def _by_whom(program: Program, number: int, spec: ModelSpec) -> str:
    """Which components fetch, and which work it out."""
    needed = ancestors(program, number)
    places: list[tuple[bool, Any]] = [
        (all(isinstance(item, Name) for item in variable.items), variable.sites[0])
        for variable in program.variables
        if variable.name in needed
    ]
    places += [(False, place) for place in program.outputs[number].through if place.is_mlp]
    places.sort(key=lambda each: each[1].order)
    fetch = list(dict.fromkeys(component_words(p.component, spec) for moved, p in places if moved))
    work = list(dict.fromkeys(component_words(p.component, spec) for moved, p in places if not moved))
    said = [(verb, [w for w in words if w]) for verb, words in (("fetched by", fetch), ("worked out by", work))]
    told = ", ".join(f"{verb} {_and(words)}" for verb, words in said if words)
    return f": {told}" if told else ""


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
