"""By how much every answer surely leads, over the real numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from openwork.claims.context import Context, Evidence
from openwork.proofs import GivenAnswers, Proof, prove


@dataclass(frozen=True)
class EnclosedLeads(Evidence[Proof]):
    """The model on every question of its task, on balls.

    Attributes:
        margin: the lead in the logits that is asked for.
        mean: components, joined by ` + `, that are set to their mean.
        like: which answers are to lead, so that equal names mean equal answers; empty for the right ones.
        answers: these.
    """

    margin: float
    mean: str = ""
    like: str = ""
    answers: GivenAnswers | None = field(default=None, compare=False, repr=False)

    def rows(self, context: Context) -> int:
        """Each input is enclosed once, and scored once beside it; and once more of each for the means."""
        return (4 if self.mean else 2) * context.inputs

    def measure(self, context: Context) -> Proof:
        """Every input."""
        return prove(context.subject, self.margin, mean=self.mean, answers=self.answers)
