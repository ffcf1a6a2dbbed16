"""Parts of a claim that are means over inputs, judged exactly on a whole domain and by an interval on a sample."""

from __future__ import annotations

from openwork.claims.context import Context
from openwork.claims.interval import hoeffding
from openwork.claims.verdict import Part, Relation, part


def mean_part(context: Context, label: str, mean: float, relation: Relation, threshold: float) -> Part:
    """A part whose value is a mean over the context's inputs of numbers between 0 and 1."""
    if context.whole:
        return part(label, mean, relation, threshold)
    half = hoeffding(context.inputs)
    return part(label, mean, relation, threshold, (max(0.0, mean - half), min(1.0, mean + half)))
