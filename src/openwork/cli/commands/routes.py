"""`openwork routes`: which heads carry each variable to each output of a stored run, from where, in how many hops."""

from __future__ import annotations

from typing import Annotated

import typer

from openwork.analyses import Stage
from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.options import EngineName, JsonFlag, MostInputs, SampleSeed, StorePath, Threads
from openwork.cli.output import aside, emit, people
from openwork.data import Inputs
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork routes 3f2a", "openwork routes 3f2a --output 'y[5]' --json"))
def routes(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    output: Annotated[
        list[str] | None,
        typer.Option("--output", help="Only routes to this output, as y[5]. Repeatable.", show_default=False),
    ] = None,
    inputs: MostInputs = None,
    sample_seed: SampleSeed = 0,
    engine: EngineName = None,
    threads: Threads = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Find which heads carry which answer of a stored run, from where.

    For each output and each variable that decides it: the heads, the positions they read from, and how many hops that
    is, by path patching with every other value. Which way it takes is settled on drawn inputs, with a chance of error
    that is told; its shares are of all inputs. What was found is kept: asking again is instant.
    """
    with Store.open(store) as kept:
        stored = kept.find(run)
        with ProgressDisplay(aside()) as display:
            display(Stage("looking for routes"))
            setting = Setting(kept, engine, threads, display)
            opened = open_run(stored, setting, trains=False, inputs=Inputs(inputs, sample_seed))
            shown = opened.routes(output)
    warn_of_damage(opened.damage)
    if as_json:
        said = {"run": stored.name, "coverage": shown.coverage, "explained": shown.explained, "doubt": shown.doubt}
        lines = zip(shown.routes, shown.readings, strict=True)
        emit(
            said
            | {"routes": [{"reading": line} | route.as_json() for route, line in lines]}
            | {"rows": shown.forward_rows}
        )
    else:
        people(as_json).print(terminal(shown.parts()))
