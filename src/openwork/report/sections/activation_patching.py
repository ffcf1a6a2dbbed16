"""What becomes of an output when one place is taken from another input."""

from __future__ import annotations

import numpy as np

from openwork.analyses import ActivationPatching
from openwork.report.chapters import describes
from openwork.report.parts import Fold, Heatmap, Part, Text, matrix

HOW = (
    "Share of pairs where the prediction becomes the other input's answer when this one place, at this one position, "
    "is taken from a run on it. Framed: the tokens that differ."
)
LEAVES = "Share of pairs where the prediction is no longer the input's own answer."


@describes(ActivationPatching, chapter="patching")
def activation_patching_parts(result: ActivationPatching) -> tuple[Part, ...]:
    """For each output places down, positions across; and what is left of the input's own answer, folded away."""
    outputs = range(len(result.outputs))
    last = outputs[-1:]
    follows = tuple(_map(result, o, "follows", result.follows[o], HOW if o in last else "") for o in outputs)
    leaves = tuple(_map(result, o, "leaves", result.leaves[o], LEAVES if o in last else "") for o in outputs)
    return Text(result.summary), *follows, Fold("Where the input's own answer is lost", leaves)


def _map(result: ActivationPatching, o: int, what: str, values: np.ndarray, caption: str) -> Heatmap:
    framed = tuple((0, p) for p in result.entries[o]) if what == "follows" else ()
    return Heatmap(
        f"{result.outputs[o]} ← {result.variables[o]}: {what}",
        matrix(values),
        result.components,
        result.positions,
        "taken from the other input",
        "at position",
        outlined=framed,
        caption=caption,
    )
