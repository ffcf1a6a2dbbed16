"""How unlike the domain the held-out questions of a split are, beside what shuffling would give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.data.randomness import bits
from openwork.tasks import Task
from openwork.training import named_experiment

RANDOM_SPLITS = 1000
QUANTILE = 0.999


@dataclass(frozen=True)
class Distance:
    """Held-out questions beside the domain.

    Attributes:
        held_out: how many questions.
        by_variable: `[variable]`, total-variation distance between the variable's values in them and in the domain.
        excess: (variable, value, share among them, share in the domain) for each value of each variable.
        shuffled: the 99.9 % quantile of the largest distance in 1,000 random splits of this size.
    """

    held_out: int
    by_variable: tuple[float, ...]
    excess: tuple[tuple[int, int, float, float], ...]
    shuffled: float

    @property
    def largest(self) -> float:
        """The largest distance of any variable."""
        return max(self.by_variable)


@dataclass(frozen=True)
class SplitDistance(Evidence[Distance | None]):
    """The split of a named experiment, or the context's own where the name is empty; None where nothing is held out.

    Runs no model. Costs 1,000 random splits, from a fixed seed: the same numbers on every machine.
    """

    experiment: str = ""

    def rows(self, context: Context) -> int:
        return 0

    def measure(self, context: Context) -> Distance | None:
        task, held_out = context.task, held_out_questions(context, self.experiment)
        if held_out is None or not len(held_out) or task.domain_size is None:
            return None
        counts = _Counts.of(task)
        found = counts.shares(task.questions(held_out))
        excess = tuple(
            (variable, value, float(share), float(domain))
            for variable, (shares, of_all) in enumerate(
                zip(counts.split(found), counts.split(counts.domain), strict=True)
            )
            for value, (share, domain) in enumerate(zip(shares, of_all, strict=True))
        )
        stream, size = bits("random splits"), task.domain_size
        largest = np.empty(RANDOM_SPLITS)
        for split in range(RANDOM_SPLITS):
            drawn = np.argpartition(stream.random_raw(size), len(held_out) - 1)[: len(held_out)]
            largest[split] = counts.distances(counts.shares(task.questions(drawn))).max()
        bound = float(np.quantile(largest, QUANTILE, method="higher"))
        return Distance(len(held_out), tuple(map(float, counts.distances(found))), excess, bound)


@dataclass(frozen=True, eq=False)
class _Counts:
    """Counts every value of every variable at once: variable v's values lie at `starts[v]`.

    `domain` is `[value of variable]`, what share of all questions has each: the same for all values of a variable,
    unless not every combination is a question.
    """

    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    domain: NDArray[np.float64]

    @classmethod
    def of(cls, task: Task) -> _Counts:
        sizes = np.array([v.values for v in task.variables])
        free = cls(sizes, np.concatenate([[0], np.cumsum(sizes)[:-1]]), np.repeat(1 / sizes, sizes))
        if task.domain_size is None or task.domain_size == prod(sizes.tolist()):
            return free
        return replace(free, domain=free.shares(task.questions(np.arange(task.domain_size))))

    def split(self, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """`[value of variable]` as one array for each variable."""
        return np.split(values, self.starts[1:])

    def shares(self, questions: NDArray[np.int32]) -> NDArray[np.float64]:
        """`[value of variable]`, what share of the questions has it."""
        counts = np.bincount((questions + self.starts).ravel(), minlength=int(self.sizes.sum()))
        return counts / len(questions)

    def distances(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """`[variable]`: half the summed differences from the domain."""
        distances: NDArray[np.float64] = np.add.reduceat(np.abs(shares - self.domain), self.starts) / 2
        return distances


def held_out_questions(context: Context, experiment: str) -> NDArray[np.int64] | None:
    """Numbers of the held-out questions; None where nobody knows the split, or the questions were drawn, not split."""
    if not experiment and context.split_parts is not None:
        return context.split_parts[1]
    known = named_experiment(experiment, context.task) if experiment else context.experiment
    if known is None or known.split.inputs is not None:
        return None
    return known.split.parts(sum(known.split.sizes(context.task)))[1]
