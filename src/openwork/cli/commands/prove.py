"""`openwork prove`: right on every input over the real numbers, with a certificate that others can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.analyses import Stage, Subject
from openwork.claims import GivenProgram
from openwork.claims.places import full_names
from openwork.claims.programs.answers import answers_of
from openwork.cli.examples import examples
from openwork.cli.failure import INTERRUPTED, warn_of_damage
from openwork.cli.options import JsonFlag, StorePath, Threads
from openwork.cli.output import aside, emit, path_text, people
from openwork.data import Inputs
from openwork.errors import PlanError, Reason
from openwork.jobs.given_files import read_program, require_writable
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.programs import Program
from openwork.proofs import (
    CLOSER,
    USUAL_SECONDS,
    Proof,
    SetProof,
    require_certifiable,
    require_plain,
    write_certificate,
    write_set_certificate,
)
from openwork.report import Display, write_page
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

NOT_WRITTEN = "the certificate could not be written"
NOTHING = "{} was not written: not every input is proved."
SECONDS = f"How much processor time it may take, of all threads; by sets {USUAL_SECONDS:g} unless given."
CHECK = "Anybody checks it with `openwork-check-certificate {}`."
OWN = "own"
PROGRAM = "Like this program: a Python file, which is run; JSON as `openwork decompile RUN --json` prints; or `own`."
NONE = "{} was not written: nothing is proved."
PART = "Wrote {}, of the {} of the inputs that is proved."

Margin = Annotated[float, typer.Option("--margin", help="Lead in the logits that every right answer must exceed.")]
MeanOf = Annotated[
    str,
    typer.Option("--mean", help="Of the model with this component set to its mean; A + B at once.", show_default=False),
]
ProgramFile = Annotated[str | None, typer.Option("--program", help=PROGRAM, show_default=False)]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Also write a certificate to this file, if every input is proved; by sets, of those that are.",
        show_default=False,
    ),
]
BySets = Annotated[
    bool | None,
    typer.Option(
        "--by-sets/--listed",
        help="Prove sets of inputs at once, or list every input; else sets where there are too many to list.",
        show_default=False,
    ),
]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0, help=SECONDS, show_default=False)]
MoreBits = Annotated[
    int,
    typer.Option(
        "--more-bits", min=0, help="Inputs at most that get more bits where double precision leaves them open."
    ),
]

app = typer.Typer(add_completion=False)


@app.command(
    epilog=examples(
        "openwork prove 3f2a",
        "openwork prove 3f2a --margin 0.5 --output model.cert.json",
        "openwork prove 3f2a --mean blocks.1.attn",
        "openwork prove 3f2a --program reverse.py",
        "openwork prove 3f2a --by-sets --seconds 60",
    )
)
def prove(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    margin: Margin = 0.0,
    mean: MeanOf = "",
    program: ProgramFile = None,
    output: Output = None,
    by_sets: BySets = None,
    seconds: Seconds = None,
    more_bits: MoreBits = CLOSER,
    threads: Threads = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Prove a stored run's model right on every input, over the real numbers.

    Of the function that the weights define, not of one engine's rounding: every number of the pass is enclosed in a
    ball that surely holds it. Inputs that this leaves open get more bits, with python-flint installed; what is open
    then is UNDECIDED. What was run is said beside it. The result is kept, and an interrupted proof goes on where it
    stopped. Ends with 1 where not every input is proved, and with 130 upon Ctrl-C.

    With --mean the same is proved of the model with a component set to the mean of what it writes, over every input and
    position by position. With --program what is proved is that it answers as a program does, in place of right.

    By sets, where inputs are too many to list: some symbols of an input are known, the others any. The share that is
    proved is a count, never an estimate, whenever it stops. For models of one layer.
    """
    if output is not None:
        require_writable(output, NOT_WRITTEN)
    with Store.open(store) as kept:
        stored = kept.find(run)
        with ProgressDisplay(aside()) as display:
            opened = open_run(stored, Setting(kept, None, threads, display), trains=False, inputs=Inputs())
            sets = opened.goes_by_sets(by_sets)
            _require_certifiable(output, sets, opened.subject, mean)
            given = _program(opened, program)
            if sets:
                require_plain(mean, given is not None)
            display(Stage("proving it by sets of inputs" if sets else "proving it on every input"))
            if sets:
                proof: Proof | SetProof = opened.proved_by_sets(margin, USUAL_SECONDS if seconds is None else seconds)
            else:
                proof = opened.proved(margin, mean, given, more_bits, seconds)
    warn_of_damage(opened.damage)
    if output is not None and _is_certified(proof):
        write_page(_certificate(opened.subject, proof, given), output, NOT_WRITTEN)
    if as_json:
        emit({"run": stored.name} | proof.as_json())
    else:
        people(as_json).print(terminal(Display(proof).parts()))
    if output is not None:
        people(as_json).print(_written(output, proof), soft_wrap=True, markup=False)
    if proof.interrupted if isinstance(proof, SetProof) else seconds is None and proof.looked_at < proof.inputs:
        raise typer.Exit(INTERRUPTED)
    if not proof.whole:
        raise typer.Exit(1)


def _require_certifiable(output: Path | None, by_sets: bool, subject: Subject, mean: str) -> None:
    """Raises PlanError before anything is proved, where a certificate is wanted that no checker reads."""
    if output is not None and not by_sets:
        require_certifiable(subject.task, full_names(subject.spec, mean))


def _program(opened: OpenedRun, named: str | None) -> Program | GivenProgram | None:
    """The program of a file, or the one that decompiling the run found."""
    if named is None:
        return None
    if named != OWN:
        return read_program(Path(named))
    known = opened.known_program
    if known is None or known.program is None:
        what = "no program of this run is known" if known is None else "; ".join(known.missing)
        raise PlanError("which program?", Reason("--program own", what, "openwork decompile RUN looks for one"))
    return known.program


def _certificate(subject: Subject, proof: Proof | SetProof, program: Program | GivenProgram | None) -> str:
    """Its text."""
    if isinstance(proof, SetProof):
        return write_set_certificate(subject, proof)
    return write_certificate(subject, proof, None if program is None else answers_of(program, subject.task))


def _is_certified(proof: Proof | SetProof) -> bool:
    """Whether a certificate can say something: of sets, of how many inputs; else of every one."""
    return proof.proved > 0 if isinstance(proof, SetProof) else proof.whole


def _written(output: Path, proof: Proof | SetProof) -> str:
    """What became of the certificate."""
    name = path_text(output)
    if not _is_certified(proof):
        return (NONE if isinstance(proof, SetProof) else NOTHING).format(name)
    wrote = f"Wrote {name}." if proof.whole or isinstance(proof, Proof) else PART.format(name, proof.share)
    return f"{wrote} {CHECK.format(name)}"
