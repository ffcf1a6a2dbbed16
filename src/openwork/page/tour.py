"""A tour of four steps through any page, made from what was measured: each step is a link to a state of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openwork.analyses import Route
from openwork.claims import TourStep
from openwork.claims.verdict import Outcome
from openwork.errors import visible
from openwork.page.live_report import LiveReport
from openwork.page.program import decompiled, live_program
from openwork.page.tour_links import fitting
from openwork.report.html.lowering import slug

Step = dict[str, str]
Claims = Sequence[dict[str, Any]]
FALSE = (Outcome.REFUTED, Outcome.MIXED)
RANKS = {Outcome.REFUTED: 0, Outcome.MIXED: 1, Outcome.CONFIRMED: 2}
OPEN = 3
"""of a claim that was neither confirmed nor refuted"""
SAID = {
    Outcome.REFUTED: ("A claim that is false", "That was tested, and is not so."),
    Outcome.MIXED: ("A claim that is true in part", "That was tested, and holds in some cases only."),
    Outcome.CONFIRMED: ("A claim that holds", "That was tested, and holds."),
    Outcome.UNDECIDED: ("A claim that is open", "That was tested, and could not be decided."),
    Outcome.VACUOUS: (
        "A claim that says nothing",
        "It holds and says nothing: no model could fail it, or none that only guesses.",
    ),
}
"""what a step is called, and how the claim came out"""


def tour(report: LiveReport, claims: Claims) -> list[Step]:
    """Title, text and link of every step: a teacher's own, else four that fit the model.

    Args:
        report: what the page is about.
        claims: its claims as the page holds them.

    Raises:
        ClaimError: a teacher's own steps do not fit the model.
    """
    spec = report.subject.spec
    program = live_program(report.results, spec) if report.tour else None
    own = fitting(report.tour, report.subject.task, spec, len(program["lines"]) if program else 0)
    steps = own or (_ask(report), _watch(report), _cut(report), _judge(report, claims))
    linked = enumerate(steps, 1)
    return [{"title": s.title, "text": s.text, "link": f"{s.link}{_join(s.link)}tour={n}"} for n, s in linked]


def _ask(report: LiveReport) -> TourStep:
    right = f"It is right on {report.overview.right:,} of {report.overview.inputs_line}."
    text = f"Click a cell of the question and type. The model is in this page and answers at once. {right}"
    return TourStep("Ask", text, "#how")


def _watch(report: LiveReport) -> TourStep:
    output, variable = _followed(report)
    if output is None:
        text = "Press “watch it work” and see what travels, stage by stage, and which line is at work."
        return TourStep("Watch it come about", text, "#how?stage=0")
    name = visible(report.subject.task.outputs[output])
    whence = f" It is made from {visible(variable)}." if variable else ""
    text = (
        f"Press “watch it work” and see what travels to {name}, stage by stage, and which line is at work.{whence} "
        "The sum below says which heads and neurons make it."
    )
    return TourStep(f"Watch {name} come about", text, f"#how?output={output}&stage=0")


def _cut(report: LiveReport) -> TourStep:
    output, _ = _followed(report)
    layer, head = _busiest(report, output)
    several = report.subject.spec.n_heads > 1
    code = f"L{layer}H{head}" if several else f"L{layer}A"
    text = (
        f"Head {layer}.{head} writes its mean over {report.overview.all_asked}: what depends on the question is gone. "
        "How many answers stay right is counted again, here. Switch other parts off."
    )
    followed = "" if output is None else f"&output={output}"
    return TourStep(f"Cut head {layer}.{head}", text, f"#counted?cut=mean:{code}&by=mean{followed}")


def _judge(report: LiveReport, claims: Claims) -> TourStep:
    """A claim that is false, with an input that shows it; else one that holds, a number to change, or an open claim."""
    order = sorted(range(len(claims)), key=lambda at: (_rank(claims[at]), not _shown(claims[at])))
    if not order or (_rank(claims[order[0]]) == OPEN and decompiled(report.results) is not None):
        return _change(report)
    chosen, verdict = claims[order[0]], report.verdicts[order[0]]
    said = visible(verdict.claim.quotation or verdict.claim.statement)
    anchor = f"#claim-{slug(verdict.claim.id)}"
    title, outcome = SAID[chosen["outcome"]]
    text = f"“{said}” {outcome}"
    examples = _shown(chosen) if chosen["outcome"] in FALSE else ()
    if not examples:
        return TourStep(title, f"{text} Its evidence is open: run the test again here, in your browser.", anchor)
    more = (
        "Its evidence is open and lists inputs that speak against it: press “play with it”. The first is asked already."
    )
    return TourStep(title, f"{text} {more}", f"{anchor}?q={examples[0]['question']}")


def _rank(claim: dict[str, Any]) -> int:
    """How much a claim tells a newcomer, the least number most."""
    return RANKS.get(claim["outcome"], OPEN)


def _change(report: LiveReport) -> TourStep:
    if decompiled(report.results) is None:
        return TourStep("Everything measured", "What else was measured of it, table by table.", "#measured")
    text = "Change a number of the line that is chosen, and see on how many inputs program and model then part."
    return TourStep("Change the program", text, "#how?line=0")


def _shown(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """Its counterexamples that the page can show."""
    return [example for example in claim["examples"] if example["question"] is not None]


def _followed(report: LiveReport) -> tuple[int | None, str]:
    """An output with a route that moves something, and what it is made from; else the first output.

    None of several is followed where no variable decides the first: a question may not even ask for it.
    """
    task = report.subject.task
    outputs = task.outputs
    routes = _routes(report)
    for route in routes:
        if any(hop.source != hop.target for path in route.paths for hop in path.hops):
            alone = sum(one.output == route.output for one in routes) == 1
            return outputs.index(route.output), route.variable if alone else ""
    variable = task.deciding_variable(outputs[0])
    return (None if variable is None and len(outputs) > 1 else 0), variable or ""


def _routes(report: LiveReport) -> Sequence[Route]:
    return () if report.routes is None else report.routes.routes


def _busiest(report: LiveReport, output: int | None) -> tuple[str, str]:
    """Layer and head of the strongest path to an output, or to any; 0 and 0 where none was looked for."""
    name = None if output is None else report.subject.task.outputs[output]
    found = [route for route in _routes(report) if name in (None, route.output)]
    paths = sorted((path for route in found for path in route.paths if path.hops), key=lambda path: -path.rate)
    if not paths:
        return "0", "0"
    _, layer, _, _, head = paths[0].hops[0].head.split(".")
    return layer, head


def _join(link: str) -> str:
    return "&" if "?" in link else "?"
