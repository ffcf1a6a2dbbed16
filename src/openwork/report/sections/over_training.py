"""Claims over training: since when each is true, beneath loss and accuracy."""

from __future__ import annotations

from collections.abc import Callable

from openwork.claims import ClaimOverTraining, Judgement, Outcome, OverTraining
from openwork.claims.over_training.result import Since
from openwork.report.chapters import describes
from openwork.report.parts import (
    MOMENTS,
    NOTHING,
    Curve,
    Fold,
    Mark,
    Moment,
    MomentKind,
    Part,
    Series,
    Table,
    Text,
    Track,
    Tracks,
    columns,
)
from openwork.report.terminal.track_marks import fitting
from openwork.runs import EpochRecord
from openwork.training import Measured

HOW = (
    "What is filled was judged. An outline is what the numbers say of a model that does not solve the task yet, whose "
    "mechanism cannot be judged: many claims hold of a model that knows nothing. The higher a bar, the more of the "
    "claim's cases hold."
)
MOST_SHOWN = 300
"""moments on a track: more are thinner than a line"""


@describes(OverTraining, chapter="over-training")
def over_training_parts(result: OverTraining) -> tuple[Part, ...]:
    """The curves with a track for each claim, when each became true, and every checkpoint in a fold."""
    figure = Tracks(
        "When each claim became true",
        (accuracy_curve(result), loss_curve(result)),
        tracks(result),
        "epoch",
        how(result),
    )
    aside = tuple(Text(f"Not judged here: {one.claim.id} {one.why}.", "note") for one in result.aside)
    numbers = Fold("Every checkpoint in numbers", (_numbers(result),))
    return Text(result.summary), figure, _since_when(result), *aside, numbers


def accuracy_curve(result: OverTraining) -> Curve:
    """Accuracy over the same axis as the claims."""
    lines = _lines(result, lambda measured: measured.accuracy)
    solved = result.solved_for_good
    marks = () if solved is None else (Mark(solved, f"all right from epoch {solved}"),)
    unit = "share of graded positions"
    return Curve("Accuracy", lines, "epoch", unit, y_range=(0, 1), marks=marks, x_range=_reach(result))


def loss_curve(result: OverTraining) -> Curve:
    """Loss over the same axis as the claims."""
    lines = _lines(result, lambda measured: measured.loss)
    return Curve("Loss", lines, "epoch", "loss in nats, log scale", log_y=True, x_range=_reach(result))


def tracks(result: OverTraining) -> tuple[Track, ...]:
    """A track for each claim; of very many checkpoints some, the last among them."""
    steps, shown = result.steps(), set(fitting(result.epochs, MOST_SHOWN))
    return tuple(
        Track(
            found.claim.id,
            tuple(_moment(j, steps[j.epoch]) for j in found.judged if j.epoch in shown),
            found.sentence,
        )
        for found in result.claims
    )


def how(result: OverTraining) -> str:
    """How the tracks are to be read, and what they leave out."""
    shown, judged = len(fitting(result.epochs, MOST_SHOWN)), len(result.epochs)
    gaps = "" if judged == result.recorded else f" Judged at {judged} of {result.recorded} checkpoints."
    drawn = "" if shown == judged else f" {shown} of those judged are drawn."
    return f"{HOW} Measured on {result.coverage}.{gaps}{drawn}"


def _moment(judgement: Judgement, step: int) -> Moment:
    share = judgement.holding / judgement.cases if judgement.cases else 0.0
    words = MOMENTS[_kind(judgement)][1]
    return Moment(
        judgement.epoch, _kind(judgement), share, f"epoch {judgement.epoch} (step {step:,}), {words}: {judgement}"
    )


def _kind(judgement: Judgement) -> MomentKind:
    kinds: dict[Outcome, MomentKind] = {
        Outcome.CONFIRMED: "holds",
        Outcome.MIXED: "some",
        Outcome.REFUTED: "fails",
        Outcome.VACUOUS: "vacuous",
        Outcome.UNDECIDED: "numbers" if judgement.numbers is Outcome.CONFIRMED else "open",
    }
    return kinds[judgement.outcome]


def _lines(result: OverTraining, value: Callable[[Measured], float]) -> tuple[Series, ...]:
    def line(name: str, part: Callable[[EpochRecord], Measured | None]) -> Series:
        known = [(record.epoch, measured) for record in result.history if (measured := part(record)) is not None]
        return Series(name, tuple(float(e) for e, _ in known), tuple(float(value(m)) for _, m in known))

    lines = line("training", lambda record: record.train), line("held out", lambda record: record.held_out)
    return tuple(one for one in lines if one.x)


def _reach(result: OverTraining) -> tuple[float, float]:
    """From before the first epoch to the last."""
    return 0.0, float(max(1, *(record.epoch for record in result.history), *result.epochs))


def _since_when(result: OverTraining) -> Table:
    steps = result.steps()
    heads = columns("claim", "first", "for good", "step", "numbers", "at the end", numeric=(1, 2, 3, 4))
    rows = tuple(
        (
            found.claim.id,
            _epoch(found.first, "never"),
            _epoch(found.for_good),
            NOTHING if found.for_good is None else f"{steps[found.for_good.epoch]:,}",
            _epoch(found.numbers_for_good),
            _ended(found),
        )
        for found in result.claims
    )
    caption = (
        "The epoch from which each was first true, and true for good, with its step; numbers: from which on all cases "
        f"hold, whether or not the task was solved.{_between(result)} "
        f"Judging it all takes {result.forward_rows:,} inputs through the model."
    )
    return Table(heads, rows, caption)


def _between(result: OverTraining) -> str:
    """How to read two epochs in one cell, where any cell has two."""
    told = (since for f in result.claims for since in (f.first, f.for_good, f.numbers_for_good))
    skipping = [_epoch(since) for since in told if since is not None and since.skips]
    return f" {skipping[0]}: at the second and not yet at the first; none between was judged." if skipping else ""


def _epoch(since: Since | None, otherwise: str = NOTHING) -> str:
    if since is None:
        return otherwise
    return f"{since.before}..{since.epoch}" if since.skips else str(since.epoch)


def _ended(found: ClaimOverTraining) -> str:
    if not found.judged:
        return NOTHING
    last = found.judged[-1]
    return f"{last.outcome} {last.holding}/{last.cases}" if last.cases else str(last.outcome)


def _numbers(result: OverTraining) -> Table:
    """A row for each checkpoint, a column for each claim: how many cases hold, and whether that is a verdict."""
    steps = result.steps()
    names = ("epoch", "step", *(found.claim.id for found in result.claims))
    known = [{judgement.epoch: judgement for judgement in found.judged} for found in result.claims]
    rows = tuple(
        (str(epoch), f"{steps[epoch]:,}", *(_cell(judged.get(epoch)) for judged in known)) for epoch in result.epochs
    )
    signs = "; ".join(f"{sign} {words}" for sign, words in MOMENTS.values())
    return Table(columns(*names, numeric=range(len(names))), rows, f"Cases that hold, of how many. {signs}.")


def _cell(judgement: Judgement | None) -> str:
    if judgement is None:
        return NOTHING
    return f"{MOMENTS[_kind(judgement)][0]} {judgement.holding} of {judgement.cases}"
