"""What one component hands to another directly."""

from __future__ import annotations

from openwork.analyses import PathPatching
from openwork.report.chapters import describes
from openwork.report.parts import Heatmap, Part, Text, matrix

HOW = (
    "Share of pairs where the prediction becomes the other input's answer when only the receiver sees what the sender "
    "writes on it; what lies between stays as it was. No number: the sender is not before the receiver."
)


@describes(PathPatching, chapter="patching")
def path_patching_parts(result: PathPatching) -> tuple[Part, ...]:
    """For each output senders down, receivers across."""
    through = f" Let through: {', '.join(result.through)}." if result.through else ""
    maps = tuple(
        Heatmap(
            f"{output} ← {variable}: direct edges",
            matrix(follows),
            result.senders,
            result.receivers,
            "sender",
            "receiver",
            caption=HOW + through if output == result.outputs[-1] else "",
        )
        for output, variable, follows in zip(result.outputs, result.variables, result.follows, strict=True)
    )
    return Text(result.summary), *maps
