"""An MLP does nothing that an affine map would not do, or it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from openwork.analyses import exact_percent, percent
from openwork.claims.claim import Claim, Finding, Several, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.evidence import Predictions
from openwork.claims.examples import against_or_for, right_answers, wrong_answers
from openwork.claims.places import together, unknown_components
from openwork.claims.shares import known_part
from openwork.claims.verdict import Case, Effect, Outcome, Relation
from openwork.claims.wording import MEASURE_MORE, told, weakest
from openwork.errors import Reason
from openwork.interventions import Linearise
from openwork.models import ModelSpec
from openwork.tasks import Task

STRAIGHT = 0.99
"""accuracy with an affine map from which on the MLP's curve is not missed"""


class Linear(Claim):
    """With MLPs replaced by their best affine maps, accuracy stays `at_least` so high, or falls to `at_most` so much.

    Give one of the two; `at_least` 0.99 unless given. The map is fitted by least squares to what the MLP reads and
    writes in the unedited model, over all inputs and positions.

    Evidence: the answers of the model with those maps in place of the MLPs.

    Cost: two forward rows for each input and part.

    Refuted by: an accuracy on the other side of the threshold.

    Example::

        [[claim]]
        id = "bends"
        kind = "linear"
        says = "Each MLP does something that no affine map does."
        components = ["blocks.0.mlp", "blocks.1.mlp"]
        at_most = 0.99
    """

    kind: ClassVar[str] = "linear"
    about_mechanism: ClassVar[bool] = True

    components: Several = Field(min_length=1)
    """each on its own; `blocks.0.mlp + blocks.1.mlp` are replaced at once"""
    at_least: Share | None = None
    """accuracy that stays: the MLPs are linear in all that matters; 0.99 unless `at_most` is given"""
    at_most: Share | None = None
    """accuracy that is left: the model needs their non-linearity"""

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("give at_least (it stays right) or at_most (it breaks), not both")
        return self

    @property
    def _bound(self) -> tuple[Relation, float]:
        if self.at_most is not None:
            return "<=", self.at_most
        return ">=", STRAIGHT if self.at_least is None else self.at_least

    def words(self) -> str:
        """From the fields."""
        relation, threshold = self._bound
        how = "at least" if relation == ">=" else "at most"
        return f"with {', '.join(self.components)} made affine, {how} {exact_percent(threshold)} of answers are right"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Components that the model does not have, or that are not MLPs."""
        unknown = unknown_components(spec, "components", self.components)
        yield from unknown
        if spec is None or unknown:
            return
        for names in self.components:
            for component in together(spec, names):
                if not component.site.endswith("hook_mlp_out"):
                    yield Reason("components", f"{component} is not an MLP", "name it blocks.0.mlp")

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers with the MLPs made affine."""
        return tuple(predictions for _, predictions in self._edited(context))

    def _edited(self, context: Context) -> Iterator[tuple[str, Predictions]]:
        for names in dict.fromkeys(self.components):
            yield names, Predictions(tuple(Linearise(c.site) for c in together(context.spec, names)))

    def find(self, context: Context) -> Finding:
        """Accuracies, and inputs that break."""
        relation, threshold = self._bound
        parts, wrong, right = [], [], []
        for names, wanted in self._edited(context):
            answers = context.evidence(wanted)
            said, outputs = f"with {names} affine", range(len(context.task.outputs))
            independent = wanted.independent(context)
            parts.append(known_part(context, names, answers, outputs, relation, threshold, independent))
            wrong.append(wrong_answers(context, answers, outputs, f"{said} it says", wanted.replay))
            right.append(right_answers(context, answers, said, wanted.replay))
        sentence = f"Answers still right with these replaced by their best affine maps: {told(parts, percent)}."
        effect = Effect(weakest(parts).value, f"share of answers right with {weakest(parts).label} affine")
        examples = against_or_for(parts, wrong, ()) if relation == ">=" else against_or_for(parts, right, wrong)
        return Finding(tuple(parts), sentence, effect, examples, lambda outcome: self._advice(outcome, parts))

    def _advice(self, outcome: Outcome, parts: Sequence[Case]) -> str:
        if self.at_most is None:
            return STAYS[outcome]
        if outcome is Outcome.REFUTED and any(p.value < STRAIGHT for p in parts):
            return BENDS_LESS
        return BREAKS[outcome]


BENDS_LESS = "The model does miss the MLP's curve, though less than is claimed: claim what is left."
STAYS = {
    Outcome.CONFIRMED: "An affine map does all that matters here: explain it as a matrix.",
    Outcome.REFUTED: "This model relies on the MLP's curve; look at what its neurons tell apart.",
    Outcome.MIXED: "Some of these are affine in all that matters and some are not: claim it for those that are.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
BREAKS = {
    Outcome.CONFIRMED: "This model relies on the MLP's curve, for this purpose or another; whether every model must is "
    "a question about other models.",
    Outcome.REFUTED: "The non-linearity is not needed: an affine map does as well.",
    Outcome.MIXED: "The non-linearity of some of these is needed and of others not: claim it for those that are.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
