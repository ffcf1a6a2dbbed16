"""How right the model is when it writes its answers by itself."""

from __future__ import annotations

from openwork.analyses import AsGenerated
from openwork.report.chapters import describes
from openwork.report.parts import Part, Share, Table, Text, columns


@describes(AsGenerated, chapter="accuracy")
def as_generated_parts(result: AsGenerated) -> tuple[Part, ...]:
    """Both ways beside one another, and the first questions that come out wrong."""
    inputs, answers = result.inputs, result.answers
    rows = (
        ("as it writes", Share(result.right / inputs), Share(result.answers_right / answers)),
        ("teacher-forced", Share(result.right_forced / inputs), Share(result.answers_right_forced / answers)),
    )
    caption = f"Over {inputs:,} inputs and {answers:,} answers. Teacher-forced: with the right symbols before each."
    both = Table(columns("answers", "whole inputs", "single answers", numeric=(1, 2)), rows, caption)
    if not result.derailed:
        return Text(result.summary), both
    wrong = tuple((d.question, d.right, d.written) for d in result.derailed)
    shown = Table(columns("question", "right", "it writes"), wrong, "The first that come out wrong.")
    return Text(result.summary), both, shown
