"""The smallest set of components found that does the task."""

from __future__ import annotations

from openwork.analyses import Faithfulness, Pruning, percent
from openwork.report.chapters import describes
from openwork.report.parts import Fold, Heatmap, Part, Share, Table, Text, columns, matrix

KEPT = "1 is kept, 0 is ablated. Found by taking out what is least needed first: none of these is to spare."


@describes(Pruning, chapter="pruning")
def pruning_parts(result: Pruning) -> tuple[Part, ...]:
    """What is kept, and how faithful that is."""
    kept = Heatmap(
        "What is kept", matrix(result.kept), result.components, result.positions, "kept", "at position", caption=KEPT
    )
    per_output = Heatmap(
        "Share of inputs right at each output",
        tuple(some.performance.per_position for _, some in _intact(result)),
        tuple(name for name, _ in _intact(result)),
        result.outputs,
        "intact",
        "output",
    )
    return Text(result.summary), kept, _faithfulness(result), Fold("Which outputs are still right", (per_output,))


def _intact(result: Pruning) -> tuple[tuple[str, Faithfulness], ...]:
    return ("whole model", result.whole), ("kept", result.circuit), ("nothing kept", result.nothing)


def _faithfulness(result: Pruning) -> Table:
    way = result.whole.difference - result.nothing.difference
    rows = tuple(
        (
            name,
            Share(some.performance.accuracy),
            Share(some.performance.sequences),
            f"{some.kl:.4f}",
            percent((some.difference - result.nothing.difference) / way) if way else "",
        )
        for name, some in _intact(result)
    )
    names = ("intact", "right", "whole sequences right", "KL to the whole model, nats", "logit difference recovered")
    caption = f"Over {result.inputs:,} inputs, at {', '.join(result.outputs)}."
    return Table(columns(*names, numeric=range(1, 5)), rows, caption)
