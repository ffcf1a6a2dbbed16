"""How right the model is: loss and accuracy at each graded position, whole sequences, the smallest margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.performance import Performance
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject
from openwork.engines.grading import losses_and_leads
from openwork.models import Stack
from openwork.tasks import UNASKED

ROUNDING = 1024
"""units in the last place within which an answer is looked at again: four times what float32 was seen to move the
logits of a solved model by (1e-3 of 35)"""


@dataclass(frozen=True, eq=False)
class AccuracyByOutput(Result):
    """The unedited model.

    Attributes:
        inputs: how many inputs were measured.
        outputs: the name of what each graded position predicts.
        whole: loss, accuracy, whole sequences and margin.
        loss_per_position: `[graded]`, nats.
        ties: answers for which the right logit and the largest other one are equal to the bit, so that their order
            decides.
        rounded: other answers that are right or wrong by rounding only: in float64 the model answers otherwise. Those
            whose right logit and another differ by at most `ROUNDING` units in the last place of the largest were run
            again for that; of a model in float64 none are.
        not_numbers: inputs with a logit that is NaN or infinite; no such answer counts as right.
        forward_rows: twice the inputs: once scored, once for the loss at each position; and those run again.
        wanted: how many answers the inputs want together, where they are sets or not every input wants all of them;
            `outputs` are those that some input wants, and a share is of the inputs that want it.
    """

    inputs: int
    outputs: tuple[str, ...]
    whole: Performance
    loss_per_position: NDArray[np.float64]
    ties: int
    rounded: int
    not_numbers: int
    forward_rows: int
    wanted: int | None = None

    @property
    def accuracy(self) -> float:
        """Share of graded positions that are right."""
        return self.whole.accuracy

    @property
    def solved(self) -> bool:
        """Right on every input at every graded position."""
        return self.whole.sequences == 1

    @property
    def title(self) -> str:
        return f"Accuracy on {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        whole = self.whole
        doubts = "".join(f" {doubt}" for doubt in self.doubts)
        if self.solved:
            return f"Right on all {self.inputs:,} inputs, by at least {whole.margin:.3g} in the logits.{doubts}"
        worst = int(np.argmin(whole.per_position))
        if self.wanted is not None:
            right = round(whole.sequences * self.inputs)
            return (
                f"Right on {right:,} of {self.inputs:,} inputs; worst is {self.outputs[worst]} with "
                f"{percent(whole.per_position[worst])}.{doubts}"
            )
        return (
            f"{percent(whole.accuracy)} of graded positions are right, {percent(whole.sequences)} of whole sequences; "
            f"worst is {self.outputs[worst]} with {percent(whole.per_position[worst])}.{doubts}"
        )

    @property
    def doubts(self) -> tuple[str, ...]:
        """What puts the share of right answers in doubt, a sentence each."""
        doubts = []
        if self.not_numbers:
            doubts.append(f"{not_numbers_text(self.not_numbers, self.inputs)}.")
        answers = self.inputs * len(self.outputs) if self.wanted is None else self.wanted
        if self.ties:
            doubts.append(f"{self.ties:,} of {answers:,} answers rest on a tie: two logits are equal.")
        if self.rounded:
            doubts.append(f"{self.rounded:,} of {answers:,} answers rest on rounding: in float64 they are others.")
        return tuple(doubts)

    def records(self) -> list[Record]:
        each = zip(self.outputs, self.whole.per_position, self.loss_per_position, strict=True)
        rows: list[Record] = [{"output": o, "accuracy": a, "loss": float(loss)} for o, a, loss in each]
        return [
            *rows,
            {"output": "all", "accuracy": self.whole.accuracy, "loss": self.whole.loss},
            {"output": "whole sequence", "accuracy": self.whole.sequences, "loss": self.whole.loss * len(self.outputs)},
        ]


def accuracy(subject: Subject) -> AccuracyByOutput:
    """Loss and accuracy over all of the subject's inputs; costs two forward rows per input, and one more in float64 for
    each with an answer that is close."""
    inputs, scores = subject.inputs, subject.scores
    total, ties, doubtful = np.zeros(len(inputs.graded)), 0, []
    for trace in subject.blocks():
        logits = trace.logits[0].astype(np.float64)
        answers = inputs.answers[trace.start : trace.start + len(logits)]
        asked = answers != UNASKED
        losses, lead = losses_and_leads(logits, answers, inputs.sets)
        with np.errstate(invalid="ignore"):
            total += np.where(asked, losses, 0.0).sum(axis=0)
            tied = asked & (lead == 0)
            near = ROUNDING * np.finfo(trace.logits.dtype).eps * np.abs(logits).max(axis=-1)
            close = asked & ~tied & (np.abs(lead) <= near)
        ties += int(tied.sum())
        doubtful.append(np.argwhere(close) + np.array([trace.start, 0]))
    whole, lost, again = Performance.of(scores), int(scores.not_numbers[0]), np.concatenate(doubtful)
    rounded, rows = _rounded(subject, again)
    wanted = (inputs.answers != UNASKED).sum(axis=0)
    some = scores.wanted
    outputs = tuple(subject.task.outputs[output] for output in some)
    made = len(inputs), outputs, whole, total[some] / wanted[some], ties, rounded, lost
    return AccuracyByOutput(*made, 2 * len(inputs) + rows, None if inputs.one_symbol_each else int(wanted.sum()))


def _rounded(subject: Subject, doubtful: NDArray[np.int64]) -> tuple[int, int]:
    """How many of these answers, `[answer, (input, graded)]`, float64 turns from right to wrong or back, and the inputs
    run for that."""
    if not len(doubtful) or subject.spec.dtype == "float64":
        return 0, 0
    rows, where = np.unique(doubtful[:, 0], return_inverse=True)
    inputs, fine = subject.inputs.take(rows), subject.spec.model_copy(update={"dtype": "float64"})
    leads = []
    for stack in (subject.stack, Stack(fine, subject.stack.flat.astype(np.float64))):
        traces = subject.engine.run(stack, inputs.tokens, graded=inputs.graded)
        logits = np.concatenate([trace.logits[0] for trace in traces]).astype(np.float64)
        lead = losses_and_leads(logits, inputs.answers, inputs.sets)[1]
        leads.append(lead[where.ravel(), doubtful[:, 1]])
    return int(((leads[0] > 0) != (leads[1] > 0)).sum()), 2 * len(rows)


def not_numbers_text(count: int, inputs: int) -> str:
    """On how many questions a model says nothing, as commands and reports write it."""
    return f"logits are not numbers on {count:,} of {inputs:,} questions, which count as wrong"
