"""Parts of a claim that are means over inputs, judged exactly on a whole domain and by an interval on a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from openwork.claims.circuits.passage import tokens_seen
from openwork.claims.context import Context
from openwork.claims.verdict import Case, Relation, part
from openwork.data.interval import chernoff, clopper_pearson


def mean_part(context: Context, label: str, mean: float, relation: Relation, threshold: float) -> Case:
    """A part whose value is a mean over the context's inputs of numbers between 0 and 1."""
    interval = None if context.whole else chernoff(mean, context.inputs)
    return part(label, mean, relation, threshold, interval)


def right_part(
    context: Context,
    label: str,
    right: NDArray[np.bool_],
    relation: Relation,
    threshold: float,
    independent: int | None = None,
) -> Case:
    """A part whose value is the share of true ones in `right`: `[input]`, or `[input, output]`.

    On a sample the inputs are the independent ones: their count decides the interval, which is exact where each gives
    one true or false. Where they are paired with one another, so many are `independent` as their pairing says.
    """
    mean = float(right.mean()) if right.size else 0.0
    if context.whole or not right.size:
        return part(label, mean, relation, threshold)
    count = len(right) if independent is None else independent
    if not count:
        return part(label, mean, relation, threshold, (0.0, 1.0))
    if count == right.size:
        return part(label, mean, relation, threshold, clopper_pearson(int(right.sum()), count))
    return part(label, mean, relation, threshold, chernoff(mean, count))


def guessing(context: Context, outputs: Sequence[int]) -> float:
    """What share of the answers at these outputs always giving each one's most frequent answer would have right."""
    answers = context.subject.inputs.symbols[:, list(outputs)]
    return sum(int(np.unique(column, return_counts=True)[1].max()) for column in answers.T) / answers.size


def most_right(context: Context, seen: Mapping[int, frozenset[int]]) -> float:
    """What share of all answers a model could have right, at most, that sees of each graded position only the tokens at
    the positions that `seen` has for it: for each row of such tokens the answer that is most frequent after it."""
    inputs, every = context.subject.inputs, tokens_seen(context.spec, context.task.n_pos, ())
    if not inputs.one_symbol_each:
        return 1.0  # several answers may be right, or none be wanted: nobody has counted how many
    right = 0
    for output, position in enumerate(inputs.graded):
        if seen[position] == every[position]:
            right += len(inputs)
            continue
        rows = np.column_stack([inputs.tokens[:, sorted(seen[position])], inputs.answers[:, output]])
        kinds, counts = np.unique(rows, axis=0, return_counts=True)
        starts = np.flatnonzero(np.r_[True, (kinds[1:, :-1] != kinds[:-1, :-1]).any(axis=1)])
        right += int(np.maximum.reduceat(counts, starts).sum())
    return right / inputs.answers.size


def known_part(
    context: Context,
    label: str,
    found: NDArray[np.int16],
    outputs: Sequence[int],
    relation: Relation,
    threshold: float,
    independent: int | None = None,
) -> Case:
    """A part whose value is the share of right answers among `found`: `[input, graded]`, at these outputs.

    `independent` as in `right_part`.

    Where a loss is claimed, and the answers stay right more often than that, yet no more often than always giving the
    most frequent one would be, that does not tell a model that knows them from one that knows nothing: such a part is
    open. A share that guessing reaches says nothing: see `Case.vacuous`.
    """
    answers = context.subject.inputs.symbols[:, list(outputs)]
    judged = right_part(context, label, found[:, list(outputs)] == answers, relation, threshold, independent)
    guess = guessing(context, outputs)
    judged = replace(judged, guess=guess)
    stays = relation == "<=" and judged.holds is False
    return replace(judged, holds=None) if stays and judged.value <= guess else judged


def pairs_part(
    context: Context,
    label: str,
    pairs: NDArray[np.bool_],
    hits: NDArray[np.bool_],
    relation: Relation,
    threshold: float,
    guess: float | None = None,
) -> Case:
    """A part whose value is the share of hits among the pairs of an input, averaged over inputs that have any.

    Args:
        pairs: `[alternative, input]`, which count; where none does nothing can be said.
        hits: `[alternative, input]`.
        guess: what always giving the most frequent answer would reach.
    """
    count, hit = pairs.sum(axis=0), (pairs & hits).sum(axis=0)
    inputs = int((count > 0).sum())
    if not inputs:
        return part(label, 0.0, relation, threshold, (0.0, 1.0))
    # In fractions: a sum of rounded thirds can lie below the threshold that it is.
    total = sum(Fraction(int(hit[count == n].sum()), n) for n in range(1, len(pairs) + 1))
    mean = float(total / inputs)
    interval = None
    if not context.whole:
        interval = clopper_pearson(int(total), inputs) if len(pairs) == 1 else chernoff(mean, inputs)
    return replace(part(label, mean, relation, threshold, interval), guess=guess)


def count_part(
    label: str,
    hits: int,
    total: int,
    threshold: float,
    exact: bool,
    guess: float | None = None,
    most: int | None = None,
) -> Case:
    """A part that wants at least a share of hits among `total`; those are drawn unless `exact`. Where some are open,
    `hits` are sure and `most` is what they could be at most."""
    if not total:
        return part(label, 0.0, ">=", threshold, (0.0, 1.0))
    most = hits if most is None else most
    interval = None if exact and most == hits else (hits / total, most / total)
    if not exact:
        interval = clopper_pearson(hits, total)[0], clopper_pearson(most, total)[1]
    return replace(part(label, hits / total, ">=", threshold, interval), guess=guess)


def most_frequent(answers: NDArray[np.int16]) -> float:
    """The share of the answer, or row of answers, that is the most frequent; 0 of none."""
    return float(np.unique(answers, axis=0, return_counts=True)[1].max()) / len(answers) if len(answers) else 0.0
