"""Which component carries which output."""

from __future__ import annotations

from openwork.analyses import Interchange
from openwork.report.chapters import describes
from openwork.report.parts import Heatmap, Part, Text, matrix

HOW = (
    "Share of pairs where the prediction follows the other input's digit when this component's output, at the one "
    "position that predicts the output, is taken from a run in which only that digit differs."
)


@describes(Interchange, chapter="routes")
def interchange_parts(result: Interchange) -> tuple[Part, ...]:
    """Components down, outputs across."""
    heatmap = Heatmap(
        result.title,
        matrix(result.share),
        result.components,
        tuple(f"{o} ← {v}" for o, v in zip(result.outputs, result.variables, strict=True)),
        "component",
        "output ← the digit that decides it",
        caption=HOW,
    )
    return Text(result.summary), heatmap
