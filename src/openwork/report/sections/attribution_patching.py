"""Patching guessed by gradients, beside patching."""

from __future__ import annotations

import math

import numpy as np

from openwork.analyses import AttributionPatching
from openwork.report.chapters import describes
from openwork.report.parts import NOTHING, Beside, Fold, Heatmap, Part, Table, Text, columns, matrix

CAPTION = (
    "Of the effect of each patch on the logit difference, as a share of the way from one input's to the other's. "
    "Correlation: Pearson's, over positions and outputs."
)


@describes(AttributionPatching, chapter="patching")
def attribution_patching_parts(result: AttributionPatching) -> tuple[Part, ...]:
    """The error for each component in numbers; guess and truth beside each other for each output, folded away."""
    maps = tuple(
        Beside((_map(result, o, "by gradient", result.estimate), _map(result, o, "patched", result.truth)))
        for o in range(len(result.outputs))
    )
    return Text(result.summary), _errors(result), Fold("Guess and truth, output by output", maps)


def _errors(result: AttributionPatching) -> Table:
    rows = []
    for c, name in enumerate(result.components):
        estimate, truth = result.estimate[:, c], result.truth[:, c]
        tried = np.isfinite(truth)
        if tried.any():
            error = np.abs(estimate - truth)[tried]
            rows.append((name, str(tried.sum()), _number(result.correlation(name)), *map(_number, _both(error))))
    heads = columns("patched", "places", "correlation", "mean error", "largest error", numeric=range(1, 5))
    return Table(heads, tuple(rows), CAPTION)


def _both(error: np.ndarray) -> tuple[float, float]:
    return float(error.mean()), float(error.max())


def _number(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:.2f}"


def _map(result: AttributionPatching, o: int, what: str, values: np.ndarray) -> Heatmap:
    finite = np.abs(values[np.isfinite(values)])
    reach = float(finite.max(initial=1.0))
    return Heatmap(
        f"{result.outputs[o]} ← {result.variables[o]}: {what}",
        matrix(values[o]),
        result.components,
        result.positions,
        "",
        "at position",
        low=-reach,
        high=reach,
    )
