"""`openwork check`: a file of claims, judged on a stored run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from openwork.analyses import Stage
from openwork.claims import Claim, Verdict
from openwork.cli import options, over_training
from openwork.cli.cost_view import cost_summary, cost_view, rows_per_second
from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.output import aside, emit, people
from openwork.data import Inputs
from openwork.errors import StoreError
from openwork.jobs import pipeline
from openwork.jobs.given_files import read_claims, require_writable
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import verdict_parts
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

app = typer.Typer(add_completion=False)
EXAMPLES = examples(
    "openwork check mine.toml 3f2a",
    "openwork check mine.toml 3f2a --plan",
    "openwork check mine.toml 3f2a --program reverse.py --json",
    "openwork check mine.toml 3f2a --over-training -o since-when.html",
)
Programs = Annotated[
    list[Path] | None,
    typer.Option("--program", help="A Python file to run, which a claim names. Repeatable.", show_default=False),
]
PlanFlag = Annotated[bool, typer.Option("--plan", help="Say what it would cost, and judge nothing.")]

OverTraining = Annotated[
    bool, typer.Option("--over-training", help="Judge at the run's checkpoints instead: since when is each true?")
]
Points = Annotated[
    str | None,
    typer.Option(
        "--points",
        help="With --over-training: how many checkpoints, or which epochs, as 0,10,40; else all where that is cheap.",
        show_default=False,
    ),
]
Page = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="With --over-training: write it as an HTML file too.", show_default=False),
]


@app.command(epilog=EXAMPLES)
def check(
    claims: Annotated[Path, typer.Argument(help="A claims file in TOML.", show_default=False)],
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    plan: PlanFlag = False,
    program: Programs = None,
    since_when: OverTraining = False,
    points: Points = None,
    output: Page = None,
    inputs: options.MostInputs = None,
    sample_seed: options.SampleSeed = 0,
    only_right: options.OnlyRight = False,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Judge the claims of a file on a stored run.

    docs/claims.md says what can be claimed: every kind with its fields, what it costs, what refutes it, and an example.
    Every mistake in the file is told before anything runs, and nothing in the file is executed. What was judged before
    is answered from the store.

    As a test: ends with 0 where every claim comes out as its `expect` says, for example "REFUTED", or CONFIRMED where
    it says nothing; else with 1. With --over-training it is no test, and ends with 0 once all is judged; what was
    judged is kept, also where it is interrupted.
    """
    over_training.require_over_training(since_when, points, output)
    if output is not None:
        require_writable(output)
    with Store.open(store) as kept:
        stored = kept.find(run)
        given = read_claims(claims, stored.task, stored.spec, program or ())
        with ProgressDisplay(aside()) as display:
            setting = Setting(kept, engine, threads, display)
            opened = open_run(stored, setting, inputs=Inputs(inputs, sample_seed, only_right))
            warn_of_damage(opened.damage)
            if since_when:
                chosen = over_training.points_of(points)
                if plan:
                    over_training.plan(opened, given, chosen, as_json)
                else:
                    over_training.judge(opened, given, chosen, output, as_json)
                return
            if plan:
                _show_plan(opened, given, as_json)
                return
            display(Stage("judging claims"))
            verdicts = opened.check(given)
        try:
            pipeline.remember(opened, verdicts, kept)
        except StoreError as error:
            aside().print(f"The verdicts were not kept. {error}", markup=False, soft_wrap=True)
    _show(stored.name, verdicts, as_json)
    if not all(verdict.met for verdict in verdicts):
        raise typer.Exit(1)


def _show_plan(opened: OpenedRun, claims: Sequence[Claim], as_json: bool) -> None:
    cost, speed = opened.plan(claims), rows_per_second(opened.subject)
    if as_json:
        emit({"run": opened.stored.name} | cost_summary(claims, cost, speed))
    else:
        people(as_json).print(cost_view(claims, cost, speed))


def _show(run: str, verdicts: Sequence[Verdict], as_json: bool) -> None:
    if as_json:
        emit({"run": run, "verdicts": [verdict.as_json() | {"met": verdict.met} for verdict in verdicts]})
        return
    console = people(as_json)
    console.print(terminal(verdict_parts(verdicts)))
    for verdict in verdicts:
        if not verdict.met and verdict.expect is not None:
            said = f"{verdict.claim.id} should be {verdict.expect}, and is {verdict.outcome}."
            console.print(said, markup=False, soft_wrap=True)
