"""The model needs a component."""

from __future__ import annotations

from typing import ClassVar

from openwork.analyses import exact_percent
from openwork.claims.circuits.replacement import ONE_WAY, Replacement
from openwork.claims.claim import Share
from openwork.claims.verdict import Outcome, Relation
from openwork.claims.wording import MEASURE_MORE


class Necessary(Replacement):
    """Replacing what a component writes brings the accuracy over all graded answers down to `at_most` this share.

    Each component by each replacement is a part.

    Evidence: the answers of the model with the component replaced, for each replacement.

    Cost: for each part one forward row per input by zero, two by mean or resample.

    Refuted by: answers that stay right without the component, by every replacement. Vacuous where all that the answers
    are computed from is replaced, as with the last stream. Of the attention of a model of one layer, the only way from
    one position to another, it is told that every model that is right needs it.

    Example::

        [[claim]]
        id = "first-mlp-needed"
        kind = "necessary"
        says = "The first MLP is needed, whatever takes its place."
        components = "blocks.0.mlp"
        by = ["zero", "mean", "resample"]
        at_most = 0.99
    """

    kind: ClassVar[str] = "necessary"

    at_most: Share = 0.99
    """accuracy that is left; a loss of less than one answer in a hundred is not a need"""

    @property
    def bound(self) -> tuple[Relation, float]:
        """At most so much is left."""
        return "<=", self.at_most

    def words(self) -> str:
        """From the fields."""
        return f"{self.replaced}, at most {exact_percent(self.at_most)} of answers are right"

    def advice_on(self, outcome: Outcome) -> str:
        """From the table below."""
        if outcome is Outcome.CONFIRMED and not self.tells_information:
            return ONE_WAY
        return ADVICE[outcome]


ADVICE = {
    Outcome.CONFIRMED: "The model needs it; what for is shown by patching it one position at a time.",
    Outcome.REFUTED: "The model does as well without: leave it out of the explanation, unless something else does its "
    "work then; claim the two together, joined by +.",
    Outcome.MIXED: "Some components are needed and others are not: claim it for those that are.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
