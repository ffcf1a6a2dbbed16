"""The loss, made worse, in a sentence."""

from __future__ import annotations

from openwork.analyses.worst_loss import WorstLoss

from openwork.report.chapters import describes
from openwork.report.parts import Part, Text


@describes(WorstLoss, chapter="accuracy")
def worst_loss_parts(result: WorstLoss) -> tuple[Part, ...]:
    """What came out."""
    return (Text(f"Worse than it is: {result.loss:.3f}"),)
