"""What the model would answer if it ended earlier."""

from __future__ import annotations

from openwork.analyses import LogitLens
from openwork.report.chapters import describes
from openwork.report.parts import Fold, Heatmap, Part, Text, matrix

RIGHT = "Share of inputs answered right if the model ended there: the stream through the final norm and `W_U`."
PROBABILITY = "Mean probability of the right answer if the model ended there."


@describes(LogitLens, chapter="logits")
def logit_lens_parts(result: LogitLens) -> tuple[Part, ...]:
    """Streams down, outputs across."""
    right = Heatmap(
        "Right if it ended there",
        matrix(result.right),
        result.sites,
        result.outputs,
        "ended at",
        "output",
        caption=RIGHT,
    )
    probability = Heatmap(
        "Probability of the right answer",
        matrix(result.probability),
        result.sites,
        result.outputs,
        "ended at",
        "output",
        caption=PROBABILITY,
    )
    return Text(result.summary), right, Fold("With which probability", (probability,))
