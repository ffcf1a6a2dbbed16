"""`openwork check`: a file of claims, judged on a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork import pipeline
from openwork.claims import Outcome
from openwork.cli import options
from openwork.cli.examples import examples
from openwork.cli.given_files import read_claims
from openwork.cli.output import aside, emit, people
from openwork.cli.progress import TrainingDisplay
from openwork.report import verdict_parts
from openwork.report.lower_terminal import terminal
from openwork.runs import Store
from openwork.search import Setting

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork check mine.toml 3f2a", "openwork check mine.toml 3f2a --json"))
def check(
    claims: Annotated[Path, typer.Argument(help="A claims file in TOML.", show_default=False)],
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Judge the claims of a file on a stored run.

    Every mistake in the file is told before anything runs. Ends with 1 unless every claim is CONFIRMED.
    """
    console = people(as_json)
    with Store.open(store) as kept:
        found = kept.find(run)
        given = read_claims(claims, found.experiment.task, found.experiment.spec)
        with TrainingDisplay(aside(), found.experiment.recipe.epochs) as display:
            setting = Setting(kept, engine, threads, display)
            verdicts = pipeline.open_run(found, setting).check(given)
    if as_json:
        emit({"run": found.name, "verdicts": [verdict.as_json() for verdict in verdicts]})
    else:
        console.print(terminal(verdict_parts(verdicts)))
    if any(verdict.outcome is not Outcome.CONFIRMED for verdict in verdicts):
        raise typer.Exit(1)
