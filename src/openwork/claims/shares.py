"""Parts of a claim that are means over inputs, judged exactly on a whole domain and by an interval on a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context
from openwork.claims.interval import chernoff, clopper_pearson
from openwork.claims.verdict import Part, Relation, part


def mean_part(context: Context, label: str, mean: float, relation: Relation, threshold: float) -> Part:
    """A part whose value is a mean over the context's inputs of numbers between 0 and 1."""
    interval = None if context.whole else chernoff(mean, context.inputs)
    return part(label, mean, relation, threshold, interval)


def right_part(context: Context, label: str, right: NDArray[np.bool_], relation: Relation, threshold: float) -> Part:
    """A part whose value is the share of true ones in `right`: `[input]`, or `[input, output]`.

    On a sample the inputs are the independent ones: their count decides the interval, which is exact where each gives
    one true or false.
    """
    mean = float(right.mean()) if right.size else 0.0
    if context.whole or not right.size:
        return part(label, mean, relation, threshold)
    if right.size == len(right):
        return part(label, mean, relation, threshold, clopper_pearson(int(right.sum()), len(right)))
    return part(label, mean, relation, threshold, chernoff(mean, len(right)))


def known_part(
    context: Context, label: str, found: NDArray[np.int16], outputs: Sequence[int], relation: Relation, threshold: float
) -> Part:
    """A part whose value is the share of right answers among `found`: `[input, graded]`, at these outputs.

    Where the answers are right as often as is claimed, yet no more often than always giving the most frequent one
    would be, that does not tell a model that knows them from one that knows nothing: such a part is open.
    """
    answers = context.subject.inputs.answers[:, list(outputs)]
    judged = right_part(context, label, found[:, list(outputs)] == answers, relation, threshold)
    often = sum(int(np.unique(column, return_counts=True)[1].max()) for column in answers.T)
    judged = replace(judged, guess=often / answers.size)
    stays = judged.holds is (relation == ">=")
    return replace(judged, holds=None) if stays and judged.value <= often / answers.size else judged


def pairs_part(
    context: Context,
    label: str,
    pairs: NDArray[np.bool_],
    hits: NDArray[np.bool_],
    relation: Relation,
    threshold: float,
) -> Part:
    """A part whose value is the share of hits among the pairs of an input, averaged over inputs that have any.

    Args:
        pairs: `[alternative, input]`, which count; where none does nothing can be said.
        hits: `[alternative, input]`.
    """
    count, found = pairs.sum(axis=0), (pairs & hits).sum(axis=0)
    inputs = int((count > 0).sum())
    if not inputs:
        return part(label, 0.0, relation, threshold, (0.0, 1.0))
    # In fractions: a sum of rounded thirds can lie below the threshold that it is.
    total = sum(Fraction(int(found[count == n].sum()), n) for n in range(1, len(pairs) + 1))
    mean = float(total / inputs)
    if context.whole:
        return part(label, mean, relation, threshold)
    if len(pairs) == 1:
        return part(label, mean, relation, threshold, clopper_pearson(int(total), inputs))
    return part(label, mean, relation, threshold, chernoff(mean, inputs))


def count_part(label: str, hits: int, total: int, threshold: float, exact: bool) -> Part:
    """A part that wants at least a share of hits among `total`; those are drawn unless `exact`."""
    if not total:
        return part(label, 0.0, ">=", threshold, (0.0, 1.0))
    return part(label, hits / total, ">=", threshold, None if exact else clopper_pearson(hits, total))
