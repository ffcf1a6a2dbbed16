"""`openwork check --over-training`: since when each claim of a file is true, from the checkpoints of a stored run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from openwork.analyses import Stage
from openwork.claims import Claim, OverTraining, TrainingCost, judge_over_training, plan_over_training
from openwork.cli.cost_view import rows_per_second
from openwork.cli.output import aside, emit, path_text, people, table
from openwork.errors import ClaimError, Reason
from openwork.jobs.opened import OpenedRun
from openwork.jobs.progress import ProgressDisplay
from openwork.report import Document, parts_of, write_html
from openwork.report.parts import Section
from openwork.report.terminal.lowering import terminal
from openwork.report.terminal.quantities import duration_text

Points = int | tuple[int, ...] | None


def points_of(text: str | None) -> Points:
    """`12` as 12 checkpoints, `0,10,40` as these epochs; None where nothing is given.

    Raises:
        ClaimError: it is neither.
    """
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        what = f"{text!r} is neither a number nor a list of epochs"
        raise ClaimError("at which checkpoints?", Reason("--points", what, "write 12, or 0,10,40"))
    return int(parts[0]) if len(parts) == 1 else tuple(map(int, parts))


def require_over_training(given: bool, points: str | None, output: Path | None) -> None:
    """Raises ClaimError where options are given that only `--over-training` takes."""
    named = [name for name, value in (("--points", points), ("--output", output)) if value is not None]
    if named and not given:
        reasons = [Reason(name, "is for claims over training", "add --over-training") for name in named]
        raise ClaimError("what should be judged?", reasons)


def plan(opened: OpenedRun, claims: Sequence[Claim], points: Points, as_json: bool) -> None:
    """Says what it would cost."""
    cost, speed = plan_over_training(opened.training, claims, points), rows_per_second(opened.subject)
    if as_json:
        emit({"run": opened.stored.name} | _cost_summary(cost, speed))
    else:
        people(as_json).print(_cost_view(cost, speed))


def judge(opened: OpenedRun, claims: Sequence[Claim], points: Points, output: Path | None, as_json: bool) -> None:
    """Judges, shows, and writes the page. An interruption keeps what was judged, and says so."""
    try:
        with ProgressDisplay(aside()) as display:
            display(Stage("judging claims over the training"))
            result = judge_over_training(opened.training, claims, points, display)
    except KeyboardInterrupt:
        aside().print("\nWhat was judged is kept.", soft_wrap=True)
        raise
    if output is not None:
        write_html(_document(opened, result), output)
    if as_json:
        emit({"run": opened.stored.name} | result.as_json())
        return
    console = people(as_json)
    console.print(terminal(parts_of(result)))
    if output is not None:
        console.print(f"Page: {path_text(output)}", soft_wrap=True)


def _document(opened: OpenedRun, found: OverTraining) -> Document:
    section = Section("When each claim became true", "over-training", parts_of(found))
    return Document(found.title, (section,), opened.overview.task_line, f"openwork · run {opened.stored.name}")


def _cost_summary(cost: TrainingCost, speed: float) -> dict[str, Any]:
    return {
        "epochs": list(cost.epochs),
        "recorded": cost.recorded,
        "claims": [
            {"id": name, "forward_rows_at_each": rows, "checkpoints_left": left} for name, rows, left in cost.by_claim
        ],
        "forward_rows": cost.forward_rows,
        "rows_per_second": speed,
        "seconds": cost.work / speed,
    }


def _cost_view(cost: TrainingCost, speed: float) -> RenderableType:
    heads = ("claim", "inputs, on its own", "checkpoints to judge")
    rows = [(name, f"{count:,}", f"{left}" if left else "all known") for name, count, left in cost.by_claim]
    said = (
        f"{len(cost.epochs)} of {cost.recorded} checkpoints. Together {cost.forward_rows:,} inputs through the model, "
        f"what claims share once: about {duration_text(cost.work / speed)} at the {speed:,.0f} inputs a second "
        "just measured here, unedited."
    )
    return Group(table(heads, rows, right=heads[1:]), "", Text(said))
