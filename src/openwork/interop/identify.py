"""Finding out by trial what a file does not say: under each combination the model answers the task's questions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines import choose_engine
from openwork.engines.grading import right_in
from openwork.interop.missing_fields import MissingField, shown
from openwork.models import Stack
from openwork.tasks import UNASKED

ROUNDS = (256, 4096, 16384)
"""questions that all combinations answer first, and how many those answer that may still be best"""
STANDARD_ERRORS = 4.0
"""by which one combination must be ahead of another, question by question, to be better for sure"""
SAME = 1e-4
"""largest difference of any logit, in units of the largest, up to which two combinations are one model"""

Values = Mapping[str, Any]
Build = Callable[[Values], Stack]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """One combination.

    Attributes:
        values: of the fields that were tried.
        accuracy: share of graded answers right.
        inputs: on how many questions.
    """

    values: Values
    accuracy: float
    inputs: int

    def __str__(self) -> str:
        return ", ".join(f"{field} {shown(field, value)}" for field, value in self.values.items())


@dataclass(frozen=True)
class Identified:
    """What was found.

    Attributes:
        best: the combination that is taken: the most accurate; of equals, the one nearest to the usual values.
        rivals: others that do not do worse for sure, the most accurate first.
        second: the most accurate of those that do; None where there is none.
        idle: fields whose values make no difference on the task's questions.
        tried: how many combinations.
    """

    best: Trial
    rivals: tuple[Trial, ...]
    second: Trial | None
    idle: tuple[str, ...]
    tried: int

    def contested(self, field: str) -> tuple[Trial, ...]:
        """The rivals that differ from the best in this field."""
        return tuple(t for t in self.rivals if t.values[field] != self.best.values[field])


@dataclass(frozen=True, eq=False)
class _Answered:
    """A trial with what it was judged by: `right` `[input]`, share of each question's answers; `logits` of a few."""

    trial: Trial
    right: NDArray[np.float64]
    logits: NDArray[np.floating]


def identify(fields: Sequence[MissingField], build: Build, dataset: Dataset, tell: Tell = lambda _: None) -> Identified:
    """The combination under which the model does the task best.

    Args:
        fields: what is not known, with the values each may have, the usual one first.
        build: the model under a combination.
        dataset: questions of the task with their answers, as many as the last of `ROUNDS` or fewer.
        tell: called with a line about every round.
    """
    left, tried = list(combined(fields)), math.prod(len(f.values) for f in fields)
    beaten: list[_Answered] = []
    answered: list[_Answered] = []
    for most in ROUNDS:
        tell(f"{len(left)} of {tried} combinations on {min(most, len(dataset)):,} questions")
        answered = _round(left, build, dataset, most)
        exact = dataset.sample_seed is None and most >= len(dataset)
        worse = [a for a in answered[1:] if _ahead(answered[0], a, exact)]
        beaten = worse or beaten
        left = [a.trial.values for a in answered if a not in worse]
        if most >= len(dataset) or len(left) == 1:
            break
    best = answered[0]
    alike = [a for a in answered if _same(a, best)]
    rivals = tuple(a.trial for a in answered if a.trial.values in left and not _same(a, best))
    idle = tuple(f.field for f in fields if len({shown(f.field, a.trial.values[f.field]) for a in alike}) > 1)
    return Identified(best.trial, rivals, beaten[0].trial if beaten else None, idle, tried)


def combined(fields: Sequence[MissingField]) -> Iterator[Values]:
    """Every combination of values; the first of every field first."""
    for chosen in itertools.product(*(f.values for f in fields)):
        yield {f.field: value for f, value in zip(fields, chosen, strict=True)}


def _round(combinations: Iterable[Values], build: Build, dataset: Dataset, most: int) -> list[_Answered]:
    """Each on `most` questions from all over the dataset, the most accurate first."""
    some = dataset.take(np.linspace(0, len(dataset) - 1, min(most, len(dataset))).astype(np.int64))
    return sorted((_answered(values, build, some) for values in combinations), key=lambda a: -a.trial.accuracy)


def _answered(values: Values, build: Build, dataset: Dataset) -> _Answered:
    stack, few, right = build(values), None, []
    for trace in choose_engine(stack.spec).engine.run(stack, dataset.tokens, graded=dataset.graded):
        wanted = dataset.answers[trace.start : trace.start + trace.logits.shape[1]] != UNASKED
        right.append(right_in(trace.logits[0], dataset, trace.start).sum(axis=1) / wanted.sum(axis=1))
        some = wanted[: ROUNDS[0], :, None]
        few = np.where(some, trace.logits[0, : ROUNDS[0]], 0) if few is None else few
    shares = np.concatenate(right)
    return _Answered(Trial(values, float(shares.mean()), len(dataset)), shares, np.zeros(0) if few is None else few)


def _ahead(one: _Answered, other: _Answered, exact: bool) -> bool:
    """Whether the first is better for sure: by the mean of the differences, question by question, and its own error.

    Where every question of the domain was asked the mean is `exact`.
    """
    difference = one.right - other.right
    if exact:
        return float(difference.mean()) > 0
    error = max(float(difference.std()), 1 / math.sqrt(len(difference))) / math.sqrt(len(difference))
    return float(difference.mean()) > STANDARD_ERRORS * error


def _same(one: _Answered, other: _Answered) -> bool:
    """Whether two combinations are one model on these questions; of logits that are no numbers nothing is known."""
    if not (np.isfinite(one.logits).all() and np.isfinite(other.logits).all()):
        return one is other
    scale = max(1.0, float(np.abs(one.logits).max()))
    return float(np.abs(one.logits - other.logits).max()) <= SAME * scale
