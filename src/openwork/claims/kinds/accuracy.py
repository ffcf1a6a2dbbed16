"""The model is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from numpy.typing import NDArray

from openwork.analyses import exact_percent, percent
from openwork.claims.claim import Claim, Each, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.evidence import NO_NUMBER, UNEDITED
from openwork.claims.examples import wrong_answers
from openwork.claims.places import filled, unknown_names
from openwork.claims.shares import guessing, right_part
from openwork.claims.verdict import Effect
from openwork.claims.wording import MEASURE_MORE, advice, told
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.tasks import UNASKED, Task


class Accuracy(Claim):
    """Of all graded answers, or of each chosen output's, `at_least` this share is right.

    Where answers are sets, or questions have several lengths, it is the share of inputs that are right at every answer
    that they want.

    Evidence: the model's answers to every input.

    Cost: one forward row for each input.

    Refuted by: a smaller share of right answers.

    Example::

        [[claim]]
        id = "right"
        kind = "accuracy"
        says = "Every answer is right."
        at_least = 1.0
    """

    kind: ClassVar[str] = "accuracy"
    handles_sets: ClassVar[bool] = True
    about_mechanism: ClassVar[bool] = False

    output: str = ""
    """which output, for example `y[i]`; all of them together unless given"""
    each: Each = ()
    at_least: Share = 1.0
    """share of answers"""

    def words(self) -> str:
        """From the fields."""
        which = f"{self.output} is" if self.output else "answers are"
        return f"{which} right on at least {exact_percent(self.at_least)} of inputs"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Outputs that the task does not have."""
        if self.output:
            yield from unknown_names(self.each, task, {"output": self.output}, task.outputs)
        elif self.each:
            yield Reason("for", "nothing is quantified", "give an output, for example y[i], or leave it out")

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The model's answers."""
        return (UNEDITED,)

    def find(self, context: Context) -> Finding:
        """Shares, and inputs that are answered wrongly."""
        answers = context.evidence(UNEDITED)
        names = context.task.outputs
        groups = {"all outputs": list(range(len(names)))}
        if self.output:
            groups = {name: [names.index(name)] for (name,) in filled(self.each, context.task, (self.output,))}
        if not context.subject.inputs.one_symbol_each:
            return self._of_whole_answers(context, answers)
        right = answers == context.subject.inputs.answers
        parts = tuple(
            replace(right_part(context, label, right[:, group], ">=", self.at_least), guess=guessing(context, group))
            for label, group in groups.items()
        )
        chosen = [o for group in groups.values() for o in group]
        right = right[:, chosen]
        sentence = (
            f"{percent(float(right.mean()))} of answers are right, and {int(right.all(axis=1).sum()):,} of "
            f"{len(right):,} inputs at every output" + (f": {told(parts, percent)}." if self.output else ".")
        )
        lost = int((answers == NO_NUMBER).sum())
        sentence += f" {lost:,} answers are wrong because their logits are not numbers." if lost else ""
        against = wrong_answers(context, answers, chosen)
        return Finding(parts, sentence, Effect(float(right.mean()), "share of answers right"), against, ADVICE)

    def _of_whole_answers(self, context: Context, found: NDArray[Any]) -> Finding:
        """Where inputs do not want equally many answers, an input is right or it is not: all that it wants."""
        answers, names = context.subject.inputs.answers, context.task.outputs
        asked = answers != UNASKED
        groups = {"all outputs": list(range(len(names)))}
        if self.output:
            groups = {name: [names.index(name)] for (name,) in filled(self.each, context.task, (self.output,))}
        wrong = asked & (found != answers)
        parts, chosen = [], [o for group in groups.values() for o in group]
        for label, group in groups.items():
            right = ~wrong[:, group].any(axis=1)[asked[:, group].any(axis=1)]
            parts.append(right_part(context, label, right, ">=", self.at_least))
        rows = asked[:, chosen].any(axis=1)
        right = ~wrong[rows][:, chosen].any(axis=1)
        sentence = f"{int(right.sum()):,} of {len(right):,} inputs are right ({percent(float(right.mean()))})"
        sentence += f": {told(tuple(parts), percent)}." if self.output else "."
        lost = int((asked & (found == NO_NUMBER)).sum())
        sentence += f" {lost:,} answers are wrong because their logits are not numbers." if lost else ""
        effect = Effect(float(right.mean()), "share of inputs right")
        return Finding(tuple(parts), sentence, effect, wrong_answers(context, found, chosen), ADVICE)


ADVICE = advice(
    confirmed="The model can be opened up: what it does is worth explaining.",
    refuted="Train it longer or with another seed before asking how it works.",
    mixed="Look at the outputs that fail before asking how the model works.",
    undecided=MEASURE_MORE,
)
