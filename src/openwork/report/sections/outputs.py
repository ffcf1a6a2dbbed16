"""What a component writes into the stream, position by position."""

from __future__ import annotations

import numpy as np

from openwork.analyses import ComponentOutputs
from openwork.report.chapters import describes
from openwork.report.parts import Beside, Fold, Heatmap, Part, Table, Text, columns, matrix

MOST_UNITS = 24
"""wider vectors are told by their length instead of drawn"""


@describes(ComponentOutputs, chapter="outputs")
def output_parts(result: ComponentOutputs) -> tuple[Part, ...]:
    """Mean and spread over every input, then the chosen questions."""
    if result.mean.shape[1] > MOST_UNITS:
        return Text(result.summary), _lengths(result)
    mean = _vectors(f"{result.component}: mean", result.mean, result)
    spread = _vectors(f"{result.component}: standard deviation", result.sd, result, low=0.0)
    shown: tuple[Part, ...] = (Text(result.summary), Beside((mean, spread)))
    if len(result.texts):
        maps = tuple(_vectors(text, values, result) for text, values in zip(result.texts, result.values, strict=True))
        asked = result.texts[0] if len(maps) == 1 else f"{len(maps)} questions"
        shown += (Fold(f"What {result.component} writes on {asked}", (Beside(maps),)),)
    return shown


def _vectors(title: str, values: np.ndarray, result: ComponentOutputs, low: float | None = None) -> Heatmap:
    reach = float(np.abs(values).max()) or 1.0
    units = tuple(str(u) for u in range(values.shape[1]))
    return Heatmap(
        title,
        matrix(values),
        result.positions,
        units,
        "",
        "dimension",
        low=-reach if low is None else low,
        high=reach,
    )


def _lengths(result: ComponentOutputs) -> Table:
    rows = tuple(
        (name, f"{np.linalg.norm(mean):.3f}", f"{np.linalg.norm(sd):.3f}")
        for name, mean, sd in zip(result.positions, result.mean, result.sd, strict=True)
    )
    return Table(columns("position", "length of mean", "spread", numeric=(1, 2)), rows, f"{result.inputs:,} inputs.")
