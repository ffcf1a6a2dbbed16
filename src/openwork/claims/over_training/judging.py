"""Judging claims at the checkpoints of a training: at what cost, and what of it is known already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openwork.analyses.steps import Step, Watch, silent
from openwork.claims.claim import Claim
from openwork.claims.context import Context
from openwork.claims.evidence import UNEDITED
from openwork.claims.fitted import FittedClaims, fitted
from openwork.claims.over_training.checkpoints import (
    Training,
    chosen,
    coarse_to_fine,
    rows_at_one,
    set_apart,
    sorted_out,
)
from openwork.claims.over_training.judgement_book import Book
from openwork.claims.over_training.result import Aside, ClaimOverTraining, Judgement, OverTraining, judgement_of
from openwork.claims.verdict import Outcome

CHEAP = 2**22
"""forward rows that a report spends on what nobody has asked for yet: a second or two"""
EACH = 2**13
"""forward rows that take about as long as what a judgement takes beside them"""
LEAST_RIGHT = 0.5
"""share of inputs answered right below which nothing is decided on those alone: a model that is seldom right may be so
by chance, and a claim that holds of one input in a thousand is not true yet"""
DIVERGED = "nothing was measured: the model's weights or its loss are not finite"
SAVE_EVERY = 5.0
"""seconds between saves: what is lost where the process is killed"""


@dataclass(frozen=True)
class TrainingCost:
    """What judging claims over a training takes, before anything runs.

    Attributes:
        epochs: the checkpoints to judge at.
        recorded: how many there are.
        by_claim: of each claim on its own: (id, forward rows at one checkpoint, checkpoints that are not judged yet).
        forward_rows: of all together, where what claims share is measured once.
    """

    epochs: tuple[int, ...]
    recorded: int
    by_claim: tuple[tuple[str, int, int], ...]
    forward_rows: int

    @property
    def work(self) -> int:
        """What it takes as forward rows, with what judging takes beside them."""
        return self.forward_rows + EACH * sum(left for _, _, left in self.by_claim)


def plan_over_training(
    training: Training, claims: Sequence[Claim], points: int | Sequence[int] | None = None
) -> TrainingCost:
    """What `judge_over_training` would take now.

    Raises:
        ClaimError: as there.
    """
    training.require()
    fitting, _ = sorted_out(claims, training.context)
    epochs = chosen(training, fitting, points)
    book = Book.read(training.context, training.inputs, training.memory, fitting)
    left = {claim.text().digest: [e for e in epochs if not book.knows(claim, e)] for claim in fitting}
    alone = tuple((c.id, c.cost(training.fresh), len(left[c.text().digest])) for c in fitting)

    def left_at(epoch: int) -> FittedClaims:
        return fitting.where(lambda claim, _: epoch in left[claim.text().digest])

    rows = sum(rows_at_one(training, left_at(epoch)) for epoch in epochs)
    return TrainingCost(epochs, len(training.recorded), alone, rows)


def judge_over_training(
    training: Training, claims: Sequence[Claim], points: int | Sequence[int] | None = None, watch: Watch = silent
) -> OverTraining:
    """Judges each claim at each chosen checkpoint; what is known is not judged again, what is found is kept.

    At each checkpoint the outcome is what `check` would say of the model as it was then; only that on inputs answered
    right, where these are asked for, nothing is decided while they are fewer than half. The ends come first and then
    what lies between, from coarse to fine, so that whoever interrupts it has an even picture: what was judged is kept.

    Args:
        training: the run, and what its claims are judged on.
        claims: what to judge; those that no checkpoint decides are told aside.
        points: how many checkpoints, or which epochs. Unless given, all of them where they are at most 256 and take at
            most 2**27 forward rows, else as many as that allows, evenly spread, but not fewer than 9.
        watch: is told how far it is.

    Raises:
        ClaimError: an imported run, no claim that a checkpoint could decide, fewer than two points, or epochs that are
            not stored; with every reason.
    """
    training.require()
    fitting, aside = sorted_out(claims, training.context)
    epochs = chosen(training, fitting, points)
    book = Book.read(training.context, training.inputs, training.memory, fitting)
    total = plan_over_training(training, fitting, epochs).forward_rows
    done = 0
    try:
        for epoch in coarse_to_fine(epochs):
            missing = [claim for claim in fitting if not book.knows(claim, epoch)]
            context = training.context_at(epoch) if missing else None
            for claim in missing:
                watch(Step(f"{claim.id} at epoch {epoch}", min(done / max(total, 1), 0.999), done))
                before = 0 if context is None else context.ledger.forward_rows
                book.add(claim, _judged(claim, epoch, context))
                done += 0 if context is None else context.ledger.forward_rows - before
            book.save(SAVE_EVERY)
    finally:
        book.save()
    watch(Step("judged", 1.0, done))
    return _result(training, book, fitting, aside, epochs)


def known_or_cheap(
    training: Training, claims: Sequence[Claim], spend: bool, watch: Watch = silent
) -> OverTraining | None:
    """What a report shows: what was judged before, at whichever checkpoints; with `spend`, the usual ones where that
    is cheap. None where neither is, where the run has no stored training, or no claim is decided by checkpoints."""
    claims = fitted(claims, training.context.task, training.context.spec)
    fitting, aside = set_apart(claims, training.context)
    if training.why_not or not fitting:
        return None
    if spend and plan_over_training(training, claims).work <= CHEAP:
        return judge_over_training(training, claims, watch=watch)
    book = Book.read(training.context, training.inputs, training.memory, fitting)
    epochs = tuple(e for e in training.recorded if any(book.knows(claim, e) for claim in fitting))
    return _result(training, book, fitting, aside, epochs) if epochs else None


def _judged(claim: Claim, epoch: int, context: Context | None) -> Judgement:
    if context is None:
        return Judgement(epoch, Outcome.UNDECIDED, Outcome.UNDECIDED, 0, 0, None, DIVERGED)
    judged = judgement_of(epoch, claim.judge(context))
    too_few = claim.about_mechanism and context.only_right and _right(context) < LEAST_RIGHT
    return replace(judged, outcome=Outcome.UNDECIDED) if too_few else judged


def _right(context: Context) -> float:
    """Share of inputs that are answered right at every output."""
    return float((context.evidence(UNEDITED) == context.subject.inputs.answers).all(axis=1).mean())


def _result(
    training: Training, book: Book, claims: Sequence[Claim], aside: tuple[Aside, ...], epochs: tuple[int, ...]
) -> OverTraining:
    judged = tuple(
        ClaimOverTraining(claim.text(), tuple(book.of(claim, epoch) for epoch in epochs if book.knows(claim, epoch)))
        for claim in claims
    )
    history = tuple(sorted(training.run.history, key=lambda record: record.epoch))
    rows = len(epochs) * rows_at_one(training, claims)
    drawn = training.run.experiment.split.inputs is not None
    return OverTraining(
        run=training.run.name,
        history=history,
        epochs=epochs,
        claims=judged,
        aside=aside,
        coverage=training.context.coverage,
        forward_rows=rows,
        drawn=drawn,
    )
