"""`openwork prove`: right on every input over the real numbers, with a certificate that others can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.analyses import Stage
from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.options import JsonFlag, StorePath, Threads
from openwork.cli.output import aside, emit, path_text, people
from openwork.data import Inputs
from openwork.jobs.given_files import require_writable
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.proofs import write_certificate
from openwork.report import Display, write_page
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

INTERRUPTED = 130
NOT_WRITTEN = "the certificate could not be written"
NOTHING = "{} was not written: not every input is proved."
CHECK = "Anybody checks it with `openwork-check-certificate {}`."

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork prove 3f2a", "openwork prove 3f2a --margin 0.5 --output model.cert.json"))
def prove(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    margin: Annotated[
        float, typer.Option("--margin", help="Lead in the logits that every right answer must exceed.")
    ] = 0.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Also write a certificate to this file, if every input is proved.",
            show_default=False,
        ),
    ] = None,
    threads: Threads = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Prove a stored run's model right on every input, over the real numbers.

    Of the function that the weights define, not of one engine's rounding: every number of the pass is enclosed in a
    ball that surely holds it. Inputs that this leaves open get more bits, with python-flint installed; what is open
    then is UNDECIDED. What was run is said beside it. The result is kept, and an interrupted proof goes on where it
    stopped. Ends with 1 where not every input is proved, and with 130 upon Ctrl-C.
    """
    if output is not None:
        require_writable(output, NOT_WRITTEN)
    with Store.open(store) as kept:
        stored = kept.find(run)
        with ProgressDisplay(aside()) as display:
            display(Stage("proving it on every input"))
            opened = open_run(stored, Setting(kept, None, threads, display), trains=False, inputs=Inputs())
            proof = opened.proved(margin)
    warn_of_damage(opened.damage)
    if output is not None and proof.whole:
        write_page(write_certificate(opened.subject, proof), output, NOT_WRITTEN)
    if as_json:
        emit({"run": stored.name} | proof.as_json())
    else:
        people(as_json).print(terminal(Display(proof).parts()))
    if output is not None:
        name = path_text(output)
        said = f"Wrote {name}. {CHECK.format(name)}" if proof.whole else NOTHING.format(name)
        people(as_json).print(said, soft_wrap=True, markup=False)
    if proof.looked_at < proof.inputs:
        raise typer.Exit(INTERRUPTED)
    if not proof.whole:
        raise typer.Exit(1)
