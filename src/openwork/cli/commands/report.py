"""`openwork report`: a stored run as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.options import Compare, EngineName, JsonFlag, MostInputs, OnlyRight, SampleSeed, StorePath, Threads
from openwork.cli.output import aside, emit, path_text, people
from openwork.data import Inputs
from openwork.jobs import pipeline
from openwork.jobs.given_files import require_writable
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report.terminal.quantities import size_text
from openwork.runs import Store

app = typer.Typer(add_completion=False)


@app.command(
    epilog=examples(
        "openwork report 3f2a",
        "openwork report 3f2a -o model.html --over-training",
        "openwork report 3f2a --static",
        "openwork report 3f2a --pdf",
    )
)
def report(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; else openwork-RUN.html or .pdf.", show_default=False),
    ] = None,
    inputs: MostInputs = None,
    sample_seed: SampleSeed = 0,
    only_right: OnlyRight = False,
    static: Annotated[bool, typer.Option("--static", help="Without scripts, for places that forbid them.")] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="As PDF, without scripts; the system's Chromium prints it.")
    ] = False,
    over_training: Annotated[
        bool,
        typer.Option(
            "--over-training", help="Judge its claims at the run's checkpoints first: since when is each true?"
        ),
    ] = False,
    compare: Compare = False,
    engine: EngineName = None,
    threads: Threads = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a stored run's report as one self-contained HTML file, or as PDF.

    The page holds the model and runs it in the browser: type a question, cut parts out, test the claims again.
    Claims that were judged before are answered from the store; nothing is trained. Since when each is true is shown
    where that is known, or takes a moment; with --over-training in any case. Of a model that does not solve its task
    routes are not looked for: `openwork routes RUN` does, and a report written after that shows them.
    """
    with Store.open(store) as kept:
        stored = kept.find(run)
        page = output or Path(f"openwork-{stored.name}.{'pdf' if pdf else 'html'}")
        require_writable(page)
        with ProgressDisplay(aside()) as display:
            setting = Setting(kept, engine, threads, display)
            opened = open_run(stored, setting, trains=False, inputs=Inputs(inputs, sample_seed, only_right))
            warn_of_damage(opened.damage)
            shown = {"static": static, "compare": compare, "over_training": over_training, "pdf": pdf}
            pipeline.report(opened, page, setting, **shown)
    if as_json:
        emit({"run": stored.name, "report": str(page.absolute()), "bytes": page.stat().st_size})
    else:
        people(as_json).print(f"Report: {path_text(page)} ({size_text(page.stat().st_size)})", soft_wrap=True)
