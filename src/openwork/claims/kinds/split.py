"""The data were shuffled before they were split, judged from the data."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

from openwork.analyses import percent
from openwork.claims.claim import Claim, Finding
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence import Distance, SplitDistance
from openwork.claims.places import experiment_misfits
from openwork.claims.verdict import Effect, part
from openwork.claims.wording import advice
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.tasks import Task, format_count


class Split(Claim):
    """The held-out questions are like the domain in every variable, as shuffling makes them; or they are not.

    The largest total-variation distance of any variable is compared with the 99.9 % quantile of 1,000 random splits of
    the same size. It sees variables one by one: unevenness in their combinations alone passes.

    Evidence: the questions that were held out, and 1,000 random splits of the same size.

    Cost: no forward rows; no model is run.

    Refuted by: a distance beyond that of 99.9 % of random splits; with `shuffled = false`, by one within it.

    Example::

        [[claim]]
        id = "shuffled-split"
        kind = "split"
        says = "The data were shuffled before they were split."
        experiment = "notebook"
        shuffled = true
    """

    kind: ClassVar[str] = "split"
    about_mechanism: ClassVar[bool] = False
    about_weights: ClassVar[bool] = False

    shuffled: bool = True
    """false claims the opposite"""
    experiment: str = ""
    """a named experiment, whose split is judged; that of the model at hand unless given"""

    def words(self) -> str:
        """From the fields."""
        whose = f"of the experiment {self.experiment}" if self.experiment else "of this model"
        return f"the data {whose} were {'' if self.shuffled else 'not '}shuffled before they were split"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """An unknown experiment, or one on another task."""
        return experiment_misfits(self.experiment, task) if self.experiment else ()

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The distances of the split."""
        return (SplitDistance(self.experiment),)

    def find(self, context: Context) -> Finding:
        """The distance beside its bound, and the values that are too frequent or too rare."""
        size = format_count(context.task.domain_size)
        distance = context.evidence(SplitDistance(self.experiment))
        if distance is None:
            why = "Nothing is held out, the questions were drawn one by one, or nobody knows how the data were split."
            return Finding((), why, None, (), ADVICE, f"0 held-out questions of {size}")
        names = [v.name for v in context.task.variables]
        worst = names[distance.by_variable.index(distance.largest)]
        # "Not shuffled" must lie beyond the bound: the distances are multiples of one step, so they can meet it.
        threshold = distance.shuffled if self.shuffled else math.nextafter(distance.shuffled, math.inf)
        judged = part(f"distance of {worst}", distance.largest, "<=" if self.shuffled else ">=", threshold)
        whose = f" of the experiment {self.experiment}" if self.experiment else ""
        sentence = (
            f"The {distance.held_out:,} held-out questions{whose} differ from the domain most in {worst}: "
            f"total-variation distance {distance.largest:.3f}, where shuffling stays within {distance.shuffled:.3f} "
            "in 99.9 % of splits."
        )
        effect = Effect(distance.largest, "total-variation distance")
        coverage = f"all {distance.held_out:,} held-out questions of {size}"
        return Finding((judged,), sentence, effect, self._examples(context, distance, names), ADVICE, coverage)

    def _examples(self, context: Context, found: Distance, names: list[str]) -> tuple[Counterexample, ...]:
        """The values whose share is furthest from the domain's, of variables beyond the bound."""
        beyond = [e for e in found.excess if found.by_variable[e[0]] > found.shuffled]
        return tuple(
            Counterexample(
                f"{names[variable]} is {value} in {percent(share)} of those held out, {percent(usual)} of all"
            )
            for variable, value, share, usual in sorted(beyond, key=lambda e: -abs(e[2] - e[3]))
        )


ADVICE = advice(
    confirmed="The held-out score is what unseen questions of the same kind would give.",
    refuted="Split anew, and read the score on these held-out questions for what they are.",
    mixed="Look at the variables one by one.",
    undecided="Say which experiment made the model, or name one in the claim.",
)
