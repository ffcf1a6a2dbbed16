"""How often the answer follows the source under a plan, and what asking cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from openwork.analyses.pairs import Pairs
from openwork.analyses.subject import Subject
from openwork.engines import Sources, World
from openwork.interventions import Edit, Patch, Plan
from openwork.tasks import Tokens

SOURCE, BASE = "source", "base"
"""the sources that every plan may take from: the pairs' other questions, and the questions themselves"""
MOST_PLANS = 64
"""plans that are swept at once"""


class Following:
    """Runs plans over pairs of an output and a variable.

    Attributes:
        forward_rows: what it has cost so far: a row for each pair and plan, and one for each pair and source.
        asked: told after every sweep what it has cost so far.
    """

    def __init__(self, subject: Subject, pairs: Pairs, asked: Callable[[int], None] = lambda rows: None) -> None:
        self.subject, self.pairs, self.asked = subject, pairs, asked
        self.forward_rows = 0

    @property
    def base(self) -> Tokens:
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
        return self.rates([Plan((Patch("hook_embed", self.entries, source=SOURCE),))])[0]

    def rates(self, plans: Sequence[Plan], worlds: Sources | None = None) -> list[float]:
        """For each plan the share of pairs in which the prediction is the source's answer.

        Plans may take from `source`, `base` and these worlds.
        """
        sources: Sources = {**(worlds or {}), SOURCE: self.pairs.source.tokens, BASE: self.base}
        reference = self.subject.inputs.tokens[:, : self.base.shape[1]]
        found: list[float] = []
        for start in range(0, len(plans), MOST_PLANS):
            some = plans[start : start + MOST_PLANS]
            taken = _taken([edit for plan in some for edit in plan.edits], sources)
            scores = self.subject.engine.sweep(
                self.subject.stack, self.pairs.wanted, some, sources=taken, reference=reference
            )
            found += [float(score.right[0, 0]) / len(self.pairs) for score in scores]
            self.forward_rows += len(self.pairs) * (len(some) + len(taken))
            self.asked(self.forward_rows)
        return found


def _taken(edits: Sequence[Edit], sources: Sources) -> dict[str, World | Tokens]:
    """The sources that these edits take from, directly or through others."""
    waiting, found = list(edits), dict[str, World | Tokens]()
    while waiting:
        edit = waiting.pop()
        if isinstance(edit, Patch) and edit.source not in found:
            world = found[edit.source] = sources[edit.source]
            waiting += world.edits if isinstance(world, World) else ()
    return found
