"""How right the model is: loss and accuracy at each graded position, whole sequences, the smallest margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.performance import Performance
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject


@dataclass(frozen=True, eq=False)
class Accuracy(Result):
    """The unedited model.

    Attributes:
        inputs: how many inputs were measured.
        outputs: the name of what each graded position predicts.
        whole: loss, accuracy, whole sequences and margin.
        loss_per_position: `[graded]`, nats.
        forward_rows: twice the inputs: once scored, once for the loss at each position.
    """

    inputs: int
    outputs: tuple[str, ...]
    whole: Performance
    loss_per_position: NDArray[np.float64]
    forward_rows: int

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
        if self.solved:
            return f"Right on all {self.inputs:,} inputs, by at least {whole.margin:.3g} in the logits."
        worst = int(np.argmin(whole.per_position))
        return (
            f"{percent(whole.accuracy)} of graded positions are right, {percent(whole.sequences)} of whole sequences; "
            f"worst is {self.outputs[worst]} with {percent(whole.per_position[worst])}."
        )

    def records(self) -> list[Record]:
        each = zip(self.outputs, self.whole.per_position, self.loss_per_position, strict=True)
        rows: list[Record] = [{"output": o, "accuracy": a, "loss": float(loss)} for o, a, loss in each]
        return [
            *rows,
            {"output": "all", "accuracy": self.whole.accuracy, "loss": self.whole.loss},
            {"output": "whole sequence", "accuracy": self.whole.sequences, "loss": self.whole.loss * len(self.outputs)},
        ]


def accuracy(subject: Subject) -> Accuracy:
    """Loss and accuracy over all of the subject's inputs; costs two forward rows per input."""
    inputs = subject.inputs
    total = np.zeros(len(inputs.graded))
    for trace in subject.blocks():
        logits = trace.logits[0].astype(np.float64)
        answers = inputs.answers[trace.start : trace.start + len(logits), :, None]
        top = logits.max(axis=-1, keepdims=True)
        log_sum = top[..., 0] + np.log(np.exp(logits - top).sum(axis=-1))
        total += (log_sum - np.take_along_axis(logits, answers, axis=-1)[..., 0]).sum(axis=0)
    whole = Performance.of(subject.scores)
    return Accuracy(len(inputs), subject.task.outputs, whole, total / len(inputs), 2 * len(inputs))
