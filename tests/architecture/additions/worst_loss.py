"""The loss, made worse: an analysis that nobody needs."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.analyses.result import Record, Result
from openwork.analyses.subject import Subject


@dataclass(frozen=True)
class WorstLoss(Result):
    """The mean loss, made worse."""

    loss: float
    forward_rows: int

    @property
    def title(self) -> str:
        return "The loss, made worse"

    @property
    def summary(self) -> str:
        return f"It is {self.loss:.3f}."

    def records(self) -> list[Record]:
        return [{"loss": self.loss}]


def worst_loss(subject: Subject, factor: int = 2) -> WorstLoss:
    """The loss times a factor; costs one forward row per input.

    Args:
        subject: the model and inputs.
        factor: by which it is made worse.
    """
    return WorstLoss(factor * float(subject.scores.loss[0]), len(subject.inputs))
