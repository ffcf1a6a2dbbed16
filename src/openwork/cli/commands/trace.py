"""`openwork trace`: one question, or a counterexample, run again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from openwork.claims.check import current
from openwork.claims.counterexample import Replay
from openwork.claims.replay import edits_at, question_number, run_again
from openwork.claims.verdict import Verdict
from openwork.cli import options
from openwork.cli.examples import examples
from openwork.cli.failure import warn_of_damage
from openwork.cli.output import emit, people
from openwork.cli.trace_view import trace_view
from openwork.errors import ClaimError, Reason, suggestion
from openwork.interventions import Edit, Mean, Patch, Zero
from openwork.jobs.opened import open_run
from openwork.jobs.setting import Setting
from openwork.models import ModelSpec
from openwork.runs import Store
from openwork.tasks import Task

app = typer.Typer(add_completion=False)
EXAMPLES = examples(
    "openwork trace 3f2a '0 1 2 3 3 2 1 0'",
    "openwork trace 3f2a --claim mlps-necessary --example 2",
    "openwork trace 3f2a 4711 --patch 'blocks.0.attn @ predicts y[1]' --from 4712",
)
Question = Annotated[
    str | None, typer.Argument(help="A question's number, or its symbols in quotes.", show_default=False)
]
ClaimId = Annotated[
    str | None, typer.Option("--claim", help="A claim judged before, to run a counterexample of.", show_default=False)
]
Places = list[str] | None
Asked = Sequence[tuple[type[Edit], list[str] | None]]
"""Each kind of edit with the places where it is wanted."""


@app.command(epilog=EXAMPLES)
def trace(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    question: Question = None,
    claim: ClaimId = None,
    example: Annotated[int, typer.Option("--example", min=1, help="Which counterexample, from 1.")] = 1,
    zero: Annotated[Places, typer.Option("--zero", help="A place to set to zero. Repeatable.")] = None,
    mean: Annotated[Places, typer.Option("--mean", help="A place to set to its mean. Repeatable.")] = None,
    patch: Annotated[Places, typer.Option("--patch", help="A place to take from another question.")] = None,
    other: Annotated[str | None, typer.Option("--from", help="That other question.", show_default=False)] = None,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Run one question, or a counterexample, again.

    Shows what the model sees, what it answers and how sure it is. With a claim, runs a counterexample of its last
    verdict, with the edits that the claim made. A place is a component, optionally at a role:
    'blocks.0.attn.0 @ predicts y[3]'.
    """
    with Store.open(store) as kept:
        stored = kept.find(run)
        opened = open_run(stored, Setting(kept, engine, threads), trains=False)
        warn_of_damage(opened.damage)
        if claim is not None:
            _nothing_else(question, zero, mean, patch, other)
            line, replay = _counterexample(current(opened.known, opened.subject), claim, example)
        else:
            asked = ((Zero, zero), (Mean, mean), (Patch, patch))
            line, replay = "", _replay(stored.task, stored.spec, question, other, asked)
        result = run_again(opened.subject, replay)
    if as_json:
        emit({"run": stored.name, "counterexample": line or None} | _plain(result))
    else:
        people(as_json).print(trace_view(result, line))


def _plain(result: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(result).items() if name != "replay"} | {
        "replay": result.replay.as_json()
    }


def _nothing_else(*given: object) -> None:
    if any(given):
        reason = Reason("--claim", "a counterexample has its own question and edits", "leave the others out")
        raise ClaimError("what should be run?", reason)


def _counterexample(known: Sequence[Verdict], claim: str, example: int) -> tuple[str, Replay]:
    """The line and the replay of a stored counterexample."""
    named = {verdict.claim.id: verdict for verdict in known}
    if claim not in named:
        mend = suggestion(claim, named) if named else "judge claims first: openwork check CLAIMS RUN"
        raise ClaimError("which claim?", Reason("--claim", f"no verdict on {claim!r} is kept for this run", mend))
    examples = named[claim].counterexamples
    if example > len(examples):
        what = f"{claim} has {len(examples)} of them, so there is no number {example}"
        raise ClaimError("which counterexample?", Reason("--example", what))
    chosen = examples[example - 1]
    if chosen.replay is None:
        mend = "judge it again: openwork check CLAIMS RUN"
        raise ClaimError("nothing to run", Reason("--example", f"{chosen} is no input that was kept", mend))
    return chosen.line, chosen.replay


def _replay(
    task: Task,
    spec: ModelSpec,
    question: str | None,
    other: str | None,
    asked: Asked,
) -> Replay:
    """What the options ask for, with every mistake in them at once."""
    reasons: list[Reason] = []
    edits: list[Edit] = []
    numbers: dict[str, int] = {}
    for kind, places in asked:
        try:
            edits += edits_at(kind, places or (), task, spec, f"--{kind.__name__.lower()}")
        except ClaimError as error:
            reasons += error.reasons
    for name, text in (("QUESTION", question), ("--from", other)):
        try:
            numbers |= {} if text is None else {name: question_number(task, text)}
        except ClaimError as error:
            reasons += [Reason(f"{name}, {r.where}", r.what, r.mend) for r in error.reasons]
    if question is None:
        reasons.append(Reason("QUESTION", "is missing", "give one, or --claim ID for a counterexample"))
    patches = any(isinstance(edit, Patch) for edit in edits)
    if patches != (other is not None):
        mend = "--patch takes what is at a place from the question that --from names"
        reasons.append(Reason("--patch, --from", "one is given without the other", mend))
    if reasons:
        raise ClaimError("this cannot be run", reasons)
    return Replay(numbers["QUESTION"], tuple(edits), numbers.get("--from"))
