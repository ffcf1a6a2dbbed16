"""How often the answer follows the source under a plan, and what asking cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.pairs import Pairs
from openwork.analyses.routes.counted import Counted, counted_pairs, counted_sources
from openwork.analyses.routes.merging import SOURCE, Merging
from openwork.analyses.routes.numbering import Numbering
from openwork.analyses.subject import Subject
from openwork.data import Dataset
from openwork.engines import Sources, World
from openwork.interventions import Plan
from openwork.models import n_params

MOST_PLANS = 64
"""plans that are swept at once"""
SWEEP = 5 * 10**9
"""weights times positions times forward rows that are swept at once: well below a second, so that one can watch"""
Ints = NDArray[np.int64]


class Following:
    """Runs plans over pairs of an output and a variable; plans may take from `source`, `base` and worlds of the base.

    Args:
        always_right: whether the model gives this answer right to every question, and so to every source.

    Attributes:
        asked: told of every sweep how many rows it took: one for each pair and plan, and one for each pair and source.
    """

    def __init__(
        self,
        subject: Subject,
        pairs: Pairs,
        asked: Callable[[int], None] = lambda rows: None,
        always_right: bool = False,
    ) -> None:
        self.subject, self.pairs, self.asked, self.always_right = subject, pairs, asked, always_right
        self._known: dict[int, float] = {}
        self._plans: dict[Plan, tuple[int, Plan]] = {}

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def rows(self) -> int:
        """Forward rows that a plan takes on all pairs: those that look alike are run once."""
        return sum(len(part.rows) for part in self._counted)

    @property
    def base(self) -> NDArray[np.int32]:
        """`[pair, pos]`, the questions themselves."""
        return self.pairs.base.tokens

    @cached_property
    def entries(self) -> tuple[int, ...]:
        """Positions whose token differs in some pair: the variable's own and, teacher-forced, answers before."""
        return tuple(int(p) for p in np.flatnonzero((self.base != self.pairs.source.tokens).any(axis=0)))

    def whole(self) -> float:
        """How often the model gives the source's answer to the source itself."""
        if not self.entries:
            return 0.0
        known = self._known.setdefault
        return known(self._merging.source_answer, 1.0 if self.always_right else self._of_sources())

    def _of_sources(self) -> float:
        right, sources = 0, self.pairs.source
        for rows, times in counted_sources(self.pairs):
            for some in _in_parts(rows, self._rows_at_once(1)):
                scores = self.subject.engine.score(self.subject.stack, sources.take(some))
                right += times * int(scores.right[0, 0])
                self.asked(len(some))
        return right / len(self)

    def rates(self, plans: Sequence[Plan], worlds: Sources) -> list[float]:
        """For each plan the share of all pairs in which the prediction is the source's; known ones cost nothing."""
        asked = [self._merged(plan, worlds) for plan in plans]
        new = {answer: plan for answer, plan in asked if answer not in self._known}
        for some in _some_of(new):
            right = dict.fromkeys(some, 0)
            at_once = self._rows_at_once(len(some) + len(self._merging.taken(some.values())))
            for rows, times in self._counted:
                for part in _in_parts(rows, at_once):
                    for answer, found in self._swept(some, part).items():
                        right[answer] += times * found
            self._known |= {answer: count / len(self) for answer, count in right.items()}
        return [self._known[answer] for answer, _ in asked]

    def right(self, plans: Sequence[Plan], worlds: Sources, rows: Ints) -> list[int]:
        """For each plan the number of these pairs, by their rows, in which the prediction is the source's answer."""
        asked = [self._merged(plan, worlds) for plan in plans]
        right: dict[int, int] = {}
        for some in _some_of(dict(asked)):
            right |= self._swept(some, rows)
        return [right[answer] for answer, _ in asked]

    def _swept(self, plans: Mapping[int, Plan], rows: Ints) -> dict[int, int]:
        """How many of these pairs follow under each plan; plans by the number of their answer."""
        base, wanted = self.pairs.base, self.pairs.source.answers[rows]
        tokens, taken = base.tokens[rows], self._merging.taken(plans.values())
        sources: dict[str, World] = {name: World(tokens, self._merging.worlds.get(name, ())) for name in taken}
        if SOURCE in taken:
            sources[SOURCE] = World(self.pairs.source.tokens[rows])
        dataset = Dataset(tokens, wanted, base.graded, base.index[rows])
        scores = self.subject.engine.sweep(self.subject.stack, dataset, tuple(plans.values()), sources=sources)
        self.asked(len(rows) * (len(plans) + len(taken)))
        return {answer: int(score.right[0, 0]) for answer, score in zip(plans, scores, strict=True)}

    def _merged(self, plan: Plan, worlds: Sources) -> tuple[int, Plan]:
        if plan not in self._plans:
            self._plans[plan] = self._merging.plan(plan, worlds)
        return self._plans[plan]

    @cached_property
    def _counted(self) -> tuple[Counted, ...]:
        return counted_pairs(self.pairs, self.entries)

    @cached_property
    def _merging(self) -> Merging:
        spec, source = self.subject.spec, self.pairs.source.tokens
        alike = spec.pad_token is None or bool(((self.base == spec.pad_token) == (source == spec.pad_token)).all())
        n_pos = self.base.shape[1]
        return Merging(Numbering(spec, n_pos, self.pairs.position, self.entries, alike))

    def _rows_at_once(self, passes: int) -> int:
        of_one_row = passes * n_params(self.subject.spec) * len(self.base[0])
        return max(256, SWEEP // of_one_row)


def _some_of(plans: Mapping[int, Plan]) -> Iterator[dict[int, Plan]]:
    answers = list(plans)
    for start in range(0, len(answers), MOST_PLANS):
        yield {answer: plans[answer] for answer in answers[start : start + MOST_PLANS]}


def _in_parts(rows: Ints, most: int) -> Iterator[Ints]:
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
