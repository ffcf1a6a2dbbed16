"""The live page: one HTML file that holds the model, what was found of it, and the script that runs both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from markupsafe import Markup

from openwork.analyses import LearningCurve
from openwork.claims import OverTraining
from openwork.errors import PlanError, Reason, visible
from openwork.page.bundle import bundled, script_hash
from openwork.page.carries import live_carries
from openwork.page.claims import live_claims
from openwork.page.holding import what_holds
from openwork.page.live_report import LiveReport, Sibling
from openwork.page.over_training import live_over_training
from openwork.page.payload import embedded, payload
from openwork.page.program import decompiled, live_program
from openwork.page.proved import live_proof
from openwork.page.routes import live_routes
from openwork.page.told import opening, standings
from openwork.page.tour import tour
from openwork.programs import Decompilation
from openwork.report.document import Document
from openwork.report.explanation import explanation_document
from openwork.report.html.css import outputs_css, palette_css
from openwork.report.html.lowering import html_of, rendered, template_text
from openwork.report.parts import Curve, Part, Series, Text
from openwork.report.sections import gist_parts, overview_parts, parts_of, sections_of, verdict_parts
from openwork.report.sections.overview import unsolved_parts
from openwork.report.sections.verdicts import count_line, verdict_row

VIEWS = (
    ("how", "How it works"),
    ("play", "Play"),
    ("cut", "Cut"),
    ("routes", "Routes"),
    ("verdict", "Verdict"),
    ("claims", "Claims"),
    ("compare", "Compare"),
    ("measured", "Everything measured"),
)
ENTRY = "main.js"
MOST_BYTES = 1_500_000
"""of a page, so that it can be mailed and opens at once"""
LOUD = 6
"""how many seeds have a line of their own in a picture of all"""


def live_html(report: LiveReport) -> str:
    """The whole page. Where it would be too large, the longest of what was measured is left out, and it says so.

    Raises:
        PlanError: the model's loss is not a number, as after a training that diverged.
    """
    if not np.isfinite(report.subject.scores.loss).all():
        mend = "a smaller --lr may train another; openwork report RUN --static shows what was measured"
        raise PlanError("a live page cannot hold this model", Reason("loss", "is not a number", mend))
    figures, *origin = overview_parts(report.overview)
    measured = [Measurement("Where it comes from", "glance", _joined(origin))]
    measured += [Measurement(one.title, one.anchor, _joined(one.parts)) for one in sections_of(report.results)]
    page = _filled(report, figures, measured)
    fitting = _fitting(measured, len(page.encode()) - MOST_BYTES)
    return page if fitting == measured else _filled(report, figures, fitting)


@dataclass(frozen=True)
class Measurement:
    """A fold under "Everything measured"; its text is empty where there was no room for it."""

    title: str
    anchor: str
    text: Markup


def _fitting(measured: Sequence[Measurement], excess: int) -> list[Measurement]:
    """The same, the longest without their text until the page has lost so many bytes."""
    dropped: list[Measurement] = []
    for one in sorted(measured, key=lambda each: len(each.text), reverse=True):
        if excess > 0:
            dropped.append(one)
            excess -= len(one.text.encode())
    return [replace(one, text=Markup("")) if one in dropped else one for one in measured]


def _filled(report: LiveReport, figures: Part, measured: Sequence[Measurement]) -> str:
    script = bundled(ENTRY)
    claims = live_claims(report.claims, report.verdicts, report.subject)
    return rendered(
        _own_text("live.html"),
        style=palette_css()
        + outputs_css()
        + template_text("style.css")
        + template_text("page.css")
        + _own_text("live.css"),
        document=_document(report),
        tour=tour(report, claims),
        standings=standings(report.overview, report.verdicts),
        beside=report.beside,
        told=opening(report).replace("`", ""),
        picture=report.picture,
        opening=report.overview.opening,
        unsolved=_joined(unsolved_parts(report.overview, routes=report.routes is not None)),
        unfinished="" if report.overview.unsolved else report.overview.unfinished_line,
        claims_line=report.overview.claims_line,
        every=report.overview.all_asked,
        recipe=_joined(report.recipe.sections),
        contents=VIEWS,
        script=Markup(script),
        script_hash=Markup(script_hash(script)),
        data=Markup(embedded(payload(report.subject) | {"page": _page(report, claims)})),
        figures=html_of(figures),
        task_line=report.overview.task_line,
        model_line=report.overview.model_line,
        example_line=report.overview.example_line,
        next_line="" if any(isinstance(r, Decompilation) for r in report.results) else report.overview.next_line,
        computes=_joined(gist_parts(next((r for r in report.results if isinstance(r, Decompilation)), None))[-1:]),
        count_line=count_line(report.verdicts),
        rows=[verdict_row(verdict) for verdict in report.verdicts],
        claimed=_claimed(report),
        apart=_apart(report),
        holds=what_holds(report),
        unknown=[visible(one) for one in report.open],
        learning=_joined(_learned(report)),
        verdicts=_joined(verdict_parts(report.verdicts)[1:] if report.verdicts else (Text(count_line(())),)),
        curves=_joined(_curves(report)),
        measured=measured,
    )


def _document(report: LiveReport) -> Document:
    """Title and opening of the page."""
    document = explanation_document(report.overview, report.verdicts, report.results)
    return replace(document, title=report.title or document.title, subtitle=opening(report))


def _claimed(report: LiveReport) -> str:
    """Who says what was judged, as a heading."""
    return "The article says" if report.overview.publication else "What was claimed"


def _apart(report: LiveReport) -> str:
    """That some of its claims speak of training and stand apart; empty where none does."""
    recipe = report.recipe
    count = len(recipe.verdicts) + len(recipe.left)
    if not count:
        return ""
    return (
        f"{count} more of its claims {'speaks' if count == 1 else 'speak'} of how a model is trained, and of no model:"
    )


@cache
def _own_text(name: str) -> str:
    return (files("openwork.page") / "templates" / name).read_text(encoding="utf-8")


def live_frame(report: LiveReport) -> str:
    """The page inside a notebook's output cell: a frame of its own, with its own policy and nothing of the notebook."""
    look = "width:100%;height:52rem;border:1px solid #8886;border-radius:6px"
    name = f"openwork: {report.overview.source.task.name}"
    return str(Markup('<iframe title="{}" style="{}" srcdoc="{}"></iframe>').format(name, look, live_html(report)))


def _page(report: LiveReport, claims: list[dict[str, Any]]) -> dict[str, Any]:
    scores, task, spec = report.subject.scores, report.subject.task, report.subject.spec
    found = decompiled(report.results)
    return {
        "run": report.overview.run,
        "engine": report.subject.engine.name,
        "every": report.overview.all_asked,
        "howToCompare": f"openwork report {report.overview.run} --compare",
        "scores": {
            "inputs": scores.inputs,
            "right": [int(right) for right in scores.right[0]],
            "asked": [scores.inputs] * len(task.graded) if scores.asked is None else scores.asked.tolist(),
            "sequences": int(scores.sequences[0]),
        },
        "claims": claims,
        "tour": tour(report, claims),
        "routes": live_routes(task, spec, report.routes),
        "siblings": [
            {
                "name": sibling.run,
                "seed": sibling.seed,
                "solved": sibling.solved,
                "routes": live_routes(task, spec, sibling.routes),
            }
            for sibling in report.siblings
        ],
        "overTraining": live_over_training(report.results),
        "program": live_program(report.results, spec),
        "carries": live_carries(task, found.program if found else None, report.subject.inputs),
        "proof": live_proof(report.results, task),
    }


def _learned(report: LiveReport) -> tuple[Part, ...]:
    """The sentence on when it was solved, and the curve of accuracy, unless the page draws it with claims beneath."""
    curves = [result for result in report.results if isinstance(result, LearningCurve)]
    alive = any(isinstance(result, OverTraining) for result in report.results)
    shown = Text if alive else Text | Curve
    return tuple(part for result in curves for part in parts_of(result) if isinstance(part, shown))[:2]


def _curves(report: LiveReport) -> tuple[Part, ...]:
    """Accuracy in training of every seed, those that were solved first."""
    ordered = sorted((s for s in report.siblings if s.curve.rows), key=lambda s: (not s.solved, s.seed))
    if len(ordered) < 2:
        return ()
    kept = _kept(report, ordered)
    lines = tuple(
        Series(
            f"seed {sibling.seed}{', solved' if sibling.solved else ''}",
            tuple(float(row.epoch) for row in sibling.curve.rows),
            tuple(row.train.accuracy for row in sibling.curve.rows),
            quiet=number >= LOUD,
        )
        for number, sibling in enumerate(ordered)
    )
    grey = f" Grey lines are the other {len(ordered) - LOUD} seeds." if len(ordered) > LOUD else ""
    said = Text(f"{kept}{grey}")
    title = "Accuracy in training, seed by seed"
    curve = Curve(title, lines, "epoch", "share of graded positions", y_range=(0, 1))
    return said, curve


def _kept(report: LiveReport, stored: Sequence[Sibling]) -> str:
    """How the stored seeds ended, in the numbers of the overview."""
    counts = (
        (sum(sibling.solved for sibling in stored), f"solved: right on {report.overview.all_trained}"),
        (sum(not sibling.solved and sibling.ended for sibling in stored), "failed"),
        (sum(not sibling.solved and not sibling.ended for sibling in stored), "stopped unfinished"),
    )
    said = "; ".join(f"{count} {what}" for count, what in counts if count)
    more = f" {report.overview.unfinished_line}" if report.overview.unfinished else ""
    return f"Of {len(stored)} seeds of this experiment that are stored: {said}.{more}"


def _joined(parts: Iterable[Part]) -> Markup:
    return Markup("\n").join(map(html_of, parts))
