"""`openwork decompile`: the program inside a stored run's model, and how far it is equal, realised, whole and short."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openwork.analyses import Stage
from openwork.claims.of_a_program import claims_of_program
from openwork.cli.examples import examples
from openwork.cli.failure import INTERRUPTED, warn_of_damage
from openwork.cli.options import EngineName, JsonFlag, MostInputs, SampleSeed, StorePath, Threads
from openwork.cli.output import aside, emit, path_text, people
from openwork.data import Inputs
from openwork.errors import PlanError, Reason
from openwork.jobs.given_files import require_writable
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.programs import USUAL_SECONDS, program_text
from openwork.report import Display, write_page
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

NO_CLAIMS = "the claims could not be written"
NOT_WRITTEN = "the program could not be written"
NOTHING = "{} was not written: no program was found."

app = typer.Typer(add_completion=False)

Other = Annotated[
    str | None,
    typer.Argument(help="Another run of the same task: are the two programs the same?", show_default=False),
]
Seconds = Annotated[
    float,
    typer.Option(
        "--seconds",
        help="Processor time that it may take, all threads and the verdicts included: it ends at its next step "
        "after that.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Also write the program to this file, if one was found.", show_default=False),
]
Claims = Annotated[
    Path | None,
    typer.Option(
        "--claims",
        help="Also write the program to this file as claims, whole and line by line: `openwork check` judges them in "
        "other models.",
        show_default=False,
    ),
]
Over = Annotated[
    bool,
    typer.Option(
        "--over-training",
        help="Also say since which epoch the program is equal to the model, and each line realised.",
    ),
]


@app.command(epilog=examples("openwork decompile 3f2a", "openwork decompile 3f2a --output program.py --json"))
def decompile(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    other: Other = None,
    seconds: Seconds = USUAL_SECONDS,
    output: Output = None,
    claims: Claims = None,
    over: Over = False,
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
    Ctrl-C in the search ends it, and the best program so far is judged, for five seconds at most; Ctrl-C in the
    verdicts keeps the program and the verdicts that were measured. Where no program was complete by then, there is
    none to judge. What was found is kept: asking again is instant. Of a sample it is never said that it is
    decompiled: the verdicts are measured on inputs drawn anew. With another run both are decompiled, and it is said
    how far the two programs are the same, up to which heads do it, the order of lines and redundant routes. Ends
    with 1 where no program was found, and with 130 upon Ctrl-C.
    """
    if output is not None:
        require_writable(output, NOT_WRITTEN)
    if claims is not None:
        require_writable(claims, NO_CLAIMS)
    if other is not None and (over or output is not None or claims is not None):
        reason = Reason("OTHER", "is compared with RUN, and nothing else is done", "leave it out, or the options")
        raise PlanError("--over-training, --output and --claims go with one run alone", reason)
    with Store.open(store) as kept:
        stored = kept.find(run)
        second = None if other is None else kept.find(other)
        with ProgressDisplay(aside()) as display:
            display(Stage("decompiling"))
            setting = Setting(kept, engine, threads, display)
            asked = Inputs(inputs, sample_seed)
            opened = open_run(stored, setting, trains=False, inputs=asked)
            if second is not None:
                beside = open_run(second, setting, trains=False, inputs=asked)
                shown = opened.same_program(beside, seconds)
            else:
                shown = opened.decompile(seconds)
            trained = opened.program_over_training(seconds=seconds) if over and not second and shown.program else None
    warn_of_damage(opened.damage)
    if second is not None:
        _show(shown, shown.as_json(), as_json)
        return
    _tell(stored.name, shown, trained, output, as_json)
    if claims is not None:
        if shown.program is not None:
            write_page(claims_of_program(stored.name, shown.program), claims, NO_CLAIMS)
        wrote = f"Wrote {path_text(claims)}." if shown.program is not None else NOTHING.format(path_text(claims))
        people(as_json).print(wrote, soft_wrap=True, markup=False)
    if shown.interrupted:
        raise typer.Exit(INTERRUPTED)
    if shown.program is None:
        raise typer.Exit(1)


def _tell(run: str, shown: Display, trained: Display | None, output: Path | None, as_json: bool) -> None:
    """Writes and prints one run's program, and how it was over training."""
    text = None if shown.program is None else program_text(shown.program)
    if output is not None and text is not None:
        write_page(text, output, NOT_WRITTEN)
    said = {"run": run, "word": shown.word, "missing": shown.missing, "text": text} | shown.as_json()
    if trained is not None:
        said["over_training"] = trained.as_json()
    _show(shown, said, as_json)
    if trained is not None and not as_json:
        people(as_json).print(terminal(trained.parts()))
    if output is not None:
        wrote = f"Wrote {path_text(output)}." if text is not None else NOTHING.format(path_text(output))
        people(as_json).print(wrote, soft_wrap=True, markup=False)


def _show(shown: Display, plain: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(plain)
    else:
        people(as_json).print(terminal(shown.parts()))
