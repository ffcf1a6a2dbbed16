"""A stored training as claims are judged over it: which claims, and at which checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from openwork.analyses import Subject
from openwork.claims.check import plan
from openwork.claims.claim import Claim
from openwork.claims.context import Context, Ledger
from openwork.claims.fitted import FittedClaims, fitted
from openwork.claims.over_training.judgement_book import Memory
from openwork.claims.over_training.result import Aside
from openwork.data import Inputs
from openwork.errors import ClaimError, Reason
from openwork.models import Stack
from openwork.runs import Run

MOST_WORK = 2**27
"""forward rows up to which every checkpoint is judged unless fewer are asked for: some minutes on one core"""
MOST_POINTS = 256
"""checkpoints that are judged at most unless more are asked for: as many as a figure can show"""
FEWEST = 9
"""checkpoints that are judged where all would take more than that, at the least"""


@dataclass(frozen=True, eq=False)
class Training:
    """A stored training, as claims are judged over it.

    Attributes:
        run: every recorded epoch; they need not follow one another.
        context: the model as it is now, on the inputs to judge on.
        inputs: how these were chosen, which is part of what names a kept judgement.
        weights_at: the run's weights after an epoch; None where only the end is at hand.
        memory: where judgements are kept; None keeps nothing.
    """

    run: Run
    context: Context
    inputs: Inputs
    weights_at: Callable[[int], Stack] | None
    memory: Memory | None = None

    @property
    def recorded(self) -> tuple[int, ...]:
        """Epochs that have weights, ascending; 0 is before the first."""
        return (0, *sorted(record.epoch for record in self.run.history))

    @property
    def why_not(self) -> tuple[Reason, ...]:
        """Why there is no training to judge over; nothing where there is."""
        if self.run.imported:
            what = "was imported: of its training there is nothing here but the end"
            mend = f"judge it as it is: openwork check CLAIMS {self.run.name}"
            return (Reason(f"run {self.run.name}", what, mend),)
        if self.weights_at is None:
            what, mend = "its checkpoints are not at hand, or were pruned", "open it from its store: openwork.open_run"
            return (Reason(f"run {self.run.name}", what, mend),)
        return ()

    def require(self) -> None:
        """Raises ClaimError where there is no training to judge over."""
        if self.why_not:
            raise ClaimError("there is no training to judge over", self.why_not)

    def context_at(self, epoch: int) -> Context | None:
        """The model after this epoch, nothing measured of it yet; None where it diverged: its weights or its loss are
        not finite.

        Raises:
            ClaimError: there is no training.
        """
        self.require()
        assert self.weights_at is not None
        stack, subject = self.weights_at(epoch), self.context.subject
        losses = [record.train.loss for record in self.run.history if record.epoch == epoch]
        if not np.isfinite(stack.flat).all() or not np.isfinite(losses).all():
            return None
        return replace(self.fresh, subject=Subject(subject.engine, stack, subject.task, subject.inputs))

    @property
    def fresh(self) -> Context:
        """The context with nothing measured yet: what a checkpoint costs. Untrained models are not asked there: the
        first checkpoint is one."""
        return replace(self.context, ledger=Ledger(), controls=None)


def sorted_out(claims: Sequence[Claim], context: Context) -> tuple[FittedClaims, tuple[Aside, ...]]:
    """The claims that a checkpoint decides, and the others with the reason why not.

    Raises:
        ClaimError: there are none of the first.
    """
    fitting, aside = set_apart(claims, context)
    if not fitting:
        reasons = [Reason(one.claim.id, one.why) for one in aside] or [Reason("claims", "there are none")]
        raise ClaimError("there is nothing to judge over training", reasons)
    return fitting, aside


def set_apart(claims: Sequence[Claim], context: Context) -> tuple[FittedClaims, tuple[Aside, ...]]:
    """The same, where there may be none of the first."""
    claims, aside = fitted(claims, context.task, context.spec), list[Aside]()
    for claim, misfits in zip(claims, claims.misfits, strict=True):
        if misfits:
            why = "; ".join(f"{reason.where}: {reason.what}" for reason in misfits)
            aside.append(Aside(claim.text(), f"does not apply to this model: {why}"))
        elif not claim.about_weights:
            aside.append(Aside(claim.text(), "does not depend on the weights: openwork check judges it once"))
    fitting = claims.where(lambda claim, misfits: claim.about_weights and not misfits)
    return fitting, tuple(aside)


def chosen(training: Training, claims: Sequence[Claim], points: int | Sequence[int] | None) -> tuple[int, ...]:
    """The checkpoints to judge at, ascending.

    Raises:
        ClaimError: fewer than two, or epochs that are not stored; with every reason.
    """
    recorded = training.recorded
    if points is None:
        points = min(MOST_POINTS, max(FEWEST, MOST_WORK // max(rows_at_one(training, claims), 1)))
    if isinstance(points, int):
        if points < 2:
            raise ClaimError("at which checkpoints?", Reason("points", f"{points} is below 2", "one is openwork check"))
        return spread(recorded, points)
    wanted = sorted(set(points))
    reasons = [
        Reason("points", f"epoch {epoch} is not stored", f"the nearest is {_nearest(recorded, epoch)}")
        for epoch in wanted
        if epoch not in recorded
    ]
    if len(wanted) < 2:
        reasons.append(Reason("points", "fewer than two epochs are given", "one is openwork check"))
    if reasons:
        raise ClaimError("at which checkpoints?", reasons)
    return tuple(wanted)


def _nearest(recorded: Sequence[int], epoch: int) -> int:
    return min(recorded, key=lambda known: abs(known - epoch))


def spread(recorded: Sequence[int], points: int) -> tuple[int, ...]:
    """So many of the recorded epochs, evenly among them, the first and the last included; all where they are fewer."""
    last = len(recorded) - 1
    if points > last:
        return tuple(recorded)
    return tuple(recorded[round(i * last / (points - 1))] for i in range(points))


def coarse_to_fine(epochs: Sequence[int]) -> Iterator[int]:
    """The last, the first, and then the middles of ever smaller stretches."""
    yield epochs[-1]
    if len(epochs) > 1:
        yield epochs[0]
    stretches = [(0, len(epochs) - 1)]
    while stretches:
        low, high = stretches.pop(0)
        if high - low > 1:
            middle = (low + high) // 2
            yield epochs[middle]
            stretches += [(low, middle), (middle, high)]


def rows_at_one(training: Training, claims: Sequence[Claim]) -> int:
    """Forward rows of these claims together at one checkpoint; the same at each."""
    return plan(claims, training.fresh).forward_rows
