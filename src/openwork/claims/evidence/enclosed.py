"""By how much every answer surely leads, over the real numbers."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.claims.context import Context, Evidence
from openwork.proofs import Proof, prove


@dataclass(frozen=True)
class EnclosedLeads(Evidence[Proof]):
    """The model on every question of its task, on balls.

    Attributes:
        margin: the lead in the logits that is asked for.
    """

    margin: float

    def rows(self, context: Context) -> int:
        """Each input is enclosed once, and scored once beside it."""
        return 2 * context.inputs

    def measure(self, context: Context) -> Proof:
        """Every input."""
        return prove(context.subject, self.margin)
