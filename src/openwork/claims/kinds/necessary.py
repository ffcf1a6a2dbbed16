"""The model needs a component."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from openwork.analyses import By, Component, percent
from openwork.claims.claim import Claim, Finding, Several, Share, several
from openwork.claims.context import Context, Evidence
from openwork.claims.evidence import Predictions
from openwork.claims.examples import in_turn, wrong_answers
from openwork.claims.places import together, unknown_components
from openwork.claims.shares import mean_part
from openwork.claims.verdict import Effect, Outcome, Part
from openwork.claims.wording import MEASURE_MORE, told, weakest
from openwork.errors import Reason
from openwork.interventions import Edit, Mean, Resample, Zero
from openwork.models import ModelSpec
from openwork.tasks import Task

REPLACED: dict[By, str] = {"zero": "by zero", "mean": "by its mean", "resample": "by that of another input"}


class Necessary(Claim):
    """Replacing what a component writes brings the accuracy over all graded answers down to `at_most` this share.

    Each component by each replacement is a part. Evidence: the answers of every such edited model; one forward row per
    input by zero, two by mean or resample. Refuted where the model stays right without the component.
    """

    kind: ClassVar[str] = "necessary"
    about_mechanism: ClassVar[bool] = True

    components: Several = Field(min_length=1)
    """each on its own; `blocks.0.mlp + blocks.1.mlp` are replaced at once"""
    by: Annotated[tuple[By, ...], BeforeValidator(several)] = Field(default=("zero", "mean"), min_length=1)
    at_most: Share = 0.99
    """accuracy that is left; a loss of less than one answer in a hundred is not a need"""
    seed: int = Field(default=0, ge=0)
    """of the draw, for `resample`"""

    def words(self) -> str:
        """From the fields."""
        return f"{', '.join(self.components)}: without it, at most {percent(self.at_most)} of answers are right"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Components that the model does not have."""
        return unknown_components(spec, "components", self.components)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers of every edited model."""
        return tuple(predictions for _, _, predictions in self._edited(context))

    def _edited(self, context: Context) -> Iterator[tuple[str, By, Predictions]]:
        for names in dict.fromkeys(self.components):
            for by in dict.fromkeys(self.by):
                edits = tuple(_edit(c, by, self.seed) for c in together(context.spec, names))
                yield names, by, Predictions(edits)

    def find(self, context: Context) -> Finding:
        """Accuracies, and inputs that break."""
        parts, broken = [], []
        for names, by, wanted in self._edited(context):
            found = context.evidence(wanted)
            accuracy = float((found == context.subject.inputs.answers).mean())
            parts.append(mean_part(context, f"{names} {REPLACED[by]}", accuracy, "<=", self.at_most))
            said = f"with {names} replaced {REPLACED[by]} the model says"
            lines = wrong_answers(context, found, range(len(context.task.outputs)), said)
            broken.append(lines if parts[-1].holds else ())
        worst = weakest(parts)
        sentence = f"Answers still right: {told(parts, percent)}."
        effect = Effect(1 - worst.value, f"share of answers lost without {worst.label}")
        return Finding(tuple(parts), sentence, effect, in_turn(broken), lambda outcome: self._advice(outcome, parts))

    def _advice(self, outcome: Outcome, parts: list[Part]) -> str:
        if outcome is not Outcome.MIXED:
            return ADVICE[outcome]
        ways = len(dict.fromkeys(self.by))
        groups = [{p.holds for p in parts[start : start + ways]} for start in range(0, len(parts), ways)]
        return WAYS_DISAGREE if any(len(group) > 1 for group in groups) else ADVICE[outcome]


def _edit(component: Component, by: By, seed: int) -> Edit:
    where = (component.site, None, component.heads)
    if by == "resample":
        return Resample(*where, seed=seed)
    return Zero(*where) if by == "zero" else Mean(*where)


ADVICE = {
    Outcome.CONFIRMED: "The model needs it; what for is shown by patching it one position at a time.",
    Outcome.REFUTED: "The model does as well without: leave it out of the explanation.",
    Outcome.MIXED: "Some components are needed and others are not: claim it for those that are.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
WAYS_DISAGREE = (
    "The replacements disagree: zero leaves what the model was trained on, the mean keeps what is always there, so a "
    "component that only zero breaks gives the model a constant and no information about the input."
)
