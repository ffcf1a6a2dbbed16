"""What holds of a model, claimed by anybody or not: measured sentences, each with its number and where it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openwork.analyses import Ablation, AblationTable, Result, Routes, percent
from openwork.analyses.routes.wording import reading
from openwork.errors import visible
from openwork.models import ModelSpec
from openwork.page.live_report import LiveReport
from openwork.page.program import component_words, decompiled
from openwork.page.proved import weakest_values, whole_proof
from openwork.programs import Decompilation, program_lines
from openwork.tasks import Task

MOST_ROUTES = 8
MOST_PARTS = 6
"""of each that are told one by one"""
LOST = 0.01
"""share of answers, from which on a part is told as needed"""
KEPT = 0.001
"""share of answers, below which nothing to speak of is lost"""
REALISED = 0.99
"""share of pairs, from which on a line counts as standing in the model"""
LONGEST = 160
"""characters of a route in words"""
STANDS = "Each of its lines stands in the model: with a line's place taken from another question, the model follows."
LOOSE = (
    "Not each of its lines surely stands there: with one's place taken from another question, the model follows less."
)
COMPONENT = re.compile(r"blocks\.(\d+)\.(attn|mlp)(?:\.head\.(\d+))?")


@dataclass(frozen=True)
class Holding:
    """A sentence that was measured.

    Attributes:
        said: the sentence; code stands in backticks.
        value: its number, as text.
        of: what the number is of.
        link: where the page shows it, or counts it again.
    """

    said: str
    value: str
    of: str
    link: str


def what_holds(report: LiveReport) -> tuple[Holding, ...]:
    """The proof, the program and how far it is the model's, the routes, which parts are needed; nothing unmeasured."""
    spec = report.subject.spec
    table = next((result for result in report.results if isinstance(result, AblationTable)), None)
    return (
        *_proof(report.results, report.subject.task),
        *_program(decompiled(report.results)),
        *_routes(report.routes),
        *(_parts(table, spec, report.overview.all_asked) if table else ()),
    )


def _proof(results: Sequence[Result], task: Task) -> Iterator[Holding]:
    """With the question whose bound is the smallest, opened in Play."""
    proof = whole_proof(results)
    if proof is not None and proof.margin is not None:
        leads = "every logit is on its right side of 0" if proof.sets else "every right answer leads"
        said = f"Proved, over the real numbers: {leads} on every question. Play has the weakest."
        values = ".".join(map(str, weakest_values(proof, task)))
        yield Holding(said, f"{proof.margin:.4g}", "in the logits, at least", f"#play?q=v{values}")


def _program(found: Decompilation | None) -> Iterator[Holding]:
    if found is None or found.program is None or found.equal is None:
        return
    lines = len(program_lines(found.program))
    text = f"A program of {lines} {'line' if lines == 1 else 'lines'} answers as the model does."
    yield Holding(text, percent(found.equal.share), "of inputs alike", "#how?line=0")
    least = found.least("together")
    if least is not None:
        yield Holding(
            STANDS if least >= REALISED else LOOSE, percent(least), "of pairs, in the least line", "#how?line=0"
        )


def _routes(routes: Routes | None) -> Iterator[Holding]:
    if routes is None:
        return
    found = [(number, one) for number, one in enumerate(routes.routes) if one.kind not in ("none", "unanswered")]
    for number, route in found[:MOST_ROUTES]:
        said = visible(f"{reading(route, routes.positions)}.".replace(" <- ", " ← "))
        if len(said) > LONGEST:
            said = visible(f"{route.output} ← {route.variable}: {len(route.paths)} paths, which Routes shows.")
        yield Holding(said, percent(route.explained), "of answers follow along it", f"#routes?route={number}")
    left = len(found) - MOST_ROUTES
    if left > 0:
        yield Holding(f"{left} more routes were found.", str(len(found)), "routes in all", "#routes")


def _parts(table: AblationTable, spec: ModelSpec, asked: str) -> Iterator[Holding]:
    """Parts by what is lost when each is replaced by its mean, which removes what depends on the question."""
    rows = sorted((row for row in table.rows if row.by == "mean"), key=lambda row: -row.drop)
    needed = [row for row in rows if row.drop >= LOST]
    for row in needed[:MOST_PARTS]:
        said = f"With {_words(row, spec)} replaced by the mean over {asked}, answers go wrong."
        yield Holding(said, percent(row.accuracy), "of answers stay right", _link(row))
    if spared := [row for row in rows if row.drop < KEPT]:
        names = _listed([_words(row, spec) for row in spared])
        alone = "" if len(spared) == 1 else ", one at a time"
        said = f"With {names} replaced by the mean{alone}, next to nothing is lost."
        worst = max(spared, key=lambda row: row.drop)
        yield Holding(said, percent(worst.accuracy), "of answers stay right", _link(worst))


def _words(row: Ablation, spec: ModelSpec) -> str:
    return _listed([component_words(name, spec) for name in row.components])


def _link(row: Ablation) -> str:
    """The state of the page that counts it again."""
    found = [COMPONENT.fullmatch(name) for name in row.components]
    cuts = ",".join(f"mean:{_code(match)}" for match in found if match)
    return f"#counted?cut={cuts}&by=mean"


def _code(match: re.Match[str]) -> str:
    layer, kind, head = match.groups()
    return f"L{layer}{'M' if kind == 'mlp' else 'A' if head is None else f'H{head}'}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
