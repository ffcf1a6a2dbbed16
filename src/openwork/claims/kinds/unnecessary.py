"""The model does as well without a component."""

from __future__ import annotations

from typing import ClassVar

from openwork.analyses import exact_percent
from openwork.claims.circuits.replacement import ONE_WAY, Replacement
from openwork.claims.claim import Share
from openwork.claims.verdict import Outcome, Relation
from openwork.claims.wording import MEASURE_MORE


class Unnecessary(Replacement):
    """Whatever replaces what a component writes, `at_least` this share of all graded answers stays right.

    Each component by each replacement is a part. Two components that can each be spared, while `a + b` is necessary,
    are redundant.

    Evidence: the answers of the model with the component replaced, for each replacement.

    Cost: for each part one forward row per input by zero, two by mean or resample.

    Refuted by: answers that go wrong without the component, by every replacement. Vacuous where the mean or another
    input's value is what stands there on every input, as of the position embedding.

    Example::

        [[claim]]
        id = "second-head-can-go"
        kind = "unnecessary"
        says = "What the second layer's attention writes does not depend on the question, so its mean does as well."
        components = "blocks.1.attn"
        by = ["mean", "resample"]
        at_least = 0.99
    """

    kind: ClassVar[str] = "unnecessary"

    at_least: Share = 0.99
    """accuracy that is left"""

    @property
    def bound(self) -> tuple[Relation, float]:
        """At least so much is left."""
        return ">=", self.at_least

    def words(self) -> str:
        """From the fields."""
        return f"{self.replaced}, at least {exact_percent(self.at_least)} of answers stay right"

    def advice_on(self, outcome: Outcome) -> str:
        """From the table below."""
        if outcome is Outcome.REFUTED and not self.tells_information:
            return ONE_WAY
        return ADVICE[outcome]


ADVICE = {
    Outcome.CONFIRMED: "Leave it out of the explanation; if another component does the same work, only both together "
    "are missed: claim that they are necessary joined by +.",
    Outcome.REFUTED: "The model needs it; what for is shown by patching it one position at a time.",
    Outcome.MIXED: "Some components are needed and others are not: claim it for those that are not.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
