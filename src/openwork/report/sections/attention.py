"""Where heads look: means over every input, and a few questions."""

from __future__ import annotations

import math

import numpy as np

from openwork.analyses import Attention, AttentionExamples
from openwork.report.chapters import describes
from openwork.report.parts import NOTHING, Beside, Fold, Heatmap, Part, Share, Table, Text, columns, matrix

PREDICTS = "predicts "
FRAMED = "Framed: the token that decides the output. A picture of where a head looks, not of what it does."


@describes(Attention, chapter="attention")
def attention_parts(result: Attention) -> tuple[Part, ...]:
    """One heatmap per head, then the weight on the deciding token in numbers."""
    said = tuple(query.removeprefix(PREDICTS) for query in result.queries)
    places = tuple((g, place) for g, place in enumerate(result.deciding_positions) if place is not None)
    maps = tuple(
        Heatmap(
            f"Layer {result.layer}, head {head}: mean weight over {result.inputs:,} inputs",
            matrix(result.mean[head]),
            said,
            result.keys,
            "position that predicts",
            "attends to",
            outlined=places,
            caption=FRAMED if places else "",
        )
        for head in range(len(result.mean))
    )
    folded = (Fold("On the deciding token, in numbers", (_on_deciding(result),)),) if places else ()
    return Text(result.summary), *maps, *folded


@describes(AttentionExamples, chapter="attention")
def example_parts(result: AttentionExamples) -> tuple[Part, ...]:
    """One small heatmap for every question and head."""
    several = result.weights.shape[1] > 1
    maps = tuple(
        Heatmap(
            f"{result.texts[i]}{f', head {head}' if several else ''}",
            matrix(result.weights[i, head]),
            tuple(query.removeprefix(PREDICTS) for query in result.queries),
            result.keys,
            "position that predicts",
            "attends to",
        )
        for i, head in np.ndindex(result.weights.shape[:2])
    )
    return (Fold(f"{result.title}, digit by digit", (Text(result.summary, "note"), Beside(maps))),)


def _on_deciding(result: Attention) -> Table:
    rows = tuple(
        (result.queries[g], result.keys[place], str(head), _share(weight), _share(largest))
        for head, (weights, largests) in enumerate(zip(result.on_deciding, result.largest_on_deciding, strict=True))
        for g, (place, weight, largest) in enumerate(zip(result.deciding_positions, weights, largests, strict=True))
        if place is not None
    )
    names = columns("position that", "deciding token", "head", "mean weight on it", "largest on it", numeric=(2, 3, 4))
    return Table(names, rows, "Largest on it: share of inputs where no other position gets more weight.")


def _share(value: float) -> Share | str:
    return NOTHING if math.isnan(value) else Share(float(value))
