"""`openwork analyse`: one analysis of a stored run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from openwork.analyses import ANALYSES, Stage
from openwork.cli import options
from openwork.cli.analysis_view import analysis_view, analysis_views, arguments
from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.output import aside, emit, path_text, people
from openwork.data import Inputs
from openwork.jobs.given_files import require_writable
from openwork.jobs.measuring import measured
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import Document, parts_of, write_html
from openwork.report.parts import Section
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

app = typer.Typer(add_completion=False)


@app.command(
    epilog=examples(
        "openwork analyse",
        "openwork analyse 3f2a logit-lens",
        "openwork analyse 3f2a activation-patching --with 'outputs=y[6]' -o patching.html",
        "openwork analyse 3f2a pruning --with positions=yes --with 'outputs=y[6]' --json",
    )
)
def analyse(
    run: Annotated[str | None, typer.Argument(help="A run's name, or how it begins.", show_default=False)] = None,
    analysis: Annotated[
        str | None, typer.Argument(help="What to measure; without it, what can be measured.", show_default=False)
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--with", help="Something to tell the analysis, as NAME=VALUE. Repeatable.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it as an HTML file too.", show_default=False)
    ] = None,
    inputs: options.MostInputs = None,
    sample_seed: options.SampleSeed = 0,
    only_right: options.OnlyRight = False,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Make one analysis of a stored run, or list the analyses.

    docs/analyses.md says what each measures, costs and can be told. In Python each is a method of a run.
    """
    if run is None or analysis is None:
        _list(as_json)
        return
    view = analysis_view(analysis)
    told = arguments(view, given or ())
    if output is not None:
        require_writable(output)
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        stored = kept.find(run)
        display(Stage(analysis))
        setting = Setting(kept, engine, threads, display)
        opened = open_run(stored, setting, trains=False, inputs=Inputs(inputs, sample_seed, only_right))
        result = measured(opened, ANALYSES[analysis], **told)
    warn_of_damage(opened.damage)
    if output is not None:
        section = Section("What was found", "result", parts_of(result))
        write_html(
            Document(result.title, (section,), opened.overview.task_line, f"openwork · run {stored.name}"), output
        )
    if as_json:
        said = {"title": result.title, "summary": result.summary, "forward_rows": result.forward_rows}
        emit({"run": stored.name, "analysis": analysis, **said, "records": result.records()})
        return
    console = people(as_json)
    console.print(terminal(parts_of(result)))
    if output is not None:
        console.print(f"Page: {path_text(output)}", soft_wrap=True)


def _list(as_json: bool) -> None:
    views = analysis_views()
    if as_json:
        emit(
            [
                {
                    "name": view.name,
                    "measures": view.measures,
                    "says": view.says,
                    "options": [
                        {"name": o.name, "takes": o.takes, "default": o.default, "required": o.required, "says": o.says}
                        for o in view.options
                    ],
                }
                for view in views
            ]
        )
        return
    console, together = people(as_json), Counter(view.measures for view in views)
    for view in views:
        told = f"  --with {', '.join(o.name for o in view.options)}" if view.options else ""
        console.print(f"[bold]{view.name}[/bold][dim]{told}[/dim]")
        says = view.headline if together[view.measures] == 1 else view.says
        console.print(Padding(Text(" ".join(says.split())), (0, 0, 0, 2)))
    console.print("Make one: openwork analyse RUN ANALYSIS. More of each: docs/analyses.md")
