"""How right the model is, output by output."""

from __future__ import annotations

from openwork.analyses import AccuracyByOutput
from openwork.report.chapters import describes
from openwork.report.parts import Fold, Part, Share, Table, Text, columns


@describes(AccuracyByOutput, chapter="accuracy")
def accuracy_parts(result: AccuracyByOutput) -> tuple[Part, ...]:
    """Accuracy and loss of every output, then of all."""
    whole = result.whole
    rows = tuple(
        (output, Share(accuracy), f"{loss:.5f}")
        for output, accuracy, loss in zip(result.outputs, whole.per_position, result.loss_per_position, strict=True)
    )
    rows = (*rows, ("all", Share(whole.accuracy), f"{whole.loss:.5f}"), ("whole sequence", Share(whole.sequences), ""))
    caption = f"Over {result.inputs:,} inputs; loss in nats."
    table = Table(columns("output", "right", "loss", numeric=(1, 2)), rows, caption)
    return Text(result.summary), Fold("Every output in numbers", (table,)) if result.solved else table
