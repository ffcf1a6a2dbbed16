"""`openwork decompile`: the program inside a stored run's model, and how far it is equal, realised, whole and short."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.analyses import Stage
from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.options import EngineName, JsonFlag, MostInputs, SampleSeed, StorePath, Threads
from openwork.cli.output import aside, emit, path_text, people
from openwork.data import Inputs
from openwork.jobs.given_files import require_writable
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.programs import USUAL_SECONDS, program_text
from openwork.report import write_page
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

INTERRUPTED = 130
NOT_WRITTEN = "the program could not be written"
NOTHING = "{} was not written: no program was found."

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork decompile 3f2a", "openwork decompile 3f2a --output program.py --json"))
def decompile(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds", help="How long it may take, the verdicts included: it ends at its next step after that."
        ),
    ] = USUAL_SECONDS,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Also write the program to this file, if one was found.", show_default=False
        ),
    ] = None,
    inputs: MostInputs = None,
    sample_seed: SampleSeed = 0,
    engine: EngineName = None,
    threads: Threads = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Find the program inside a stored run's model, and test every line there.

    The program is plain Python, equal to the model on the inputs measured or with counterexamples. Each line names the
    places that hold what it computes, tested by interchange in the whole model; what no line explains is measured too.
    Ctrl-C in the search ends it, and the best program so far is judged; Ctrl-C in the verdicts keeps the program and
    the verdicts that were measured. Where no program was complete by then, there is none to judge. What was found is
    kept: asking again is instant. Of a sample it is never said that it is decompiled: the verdicts are measured on
    inputs drawn anew. Ends with 1 where no program was found, and with 130 upon Ctrl-C.
    """
    if output is not None:
        require_writable(output, NOT_WRITTEN)
    with Store.open(store) as kept:
        stored = kept.find(run)
        with ProgressDisplay(aside()) as display:
            display(Stage("decompiling"))
            setting = Setting(kept, engine, threads, display)
            opened = open_run(stored, setting, trains=False, inputs=Inputs(inputs, sample_seed))
            shown = opened.decompile(seconds)
    warn_of_damage(opened.damage)
    if output is not None and shown.program is not None:
        write_page(program_text(shown.program), output, NOT_WRITTEN)
    if as_json:
        text = None if shown.program is None else program_text(shown.program)
        emit({"run": stored.name, "word": shown.word, "missing": shown.missing, "text": text} | shown.as_json())
    else:
        people(as_json).print(terminal(shown.parts()))
    if output is not None:
        said = f"Wrote {path_text(output)}." if shown.program is not None else NOTHING.format(path_text(output))
        people(as_json).print(said, soft_wrap=True, markup=False)
    if shown.interrupted:
        raise typer.Exit(INTERRUPTED)
    if shown.program is None:
        raise typer.Exit(1)
