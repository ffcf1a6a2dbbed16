"""The model is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import answer_line, exact_percent, percent
from openwork.claims.claim import Claim, Each, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence import GENERATED, NO_NUMBER, UNEDITED
from openwork.claims.examples import MOST, question, unedited, wrong_answers
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
    that they want. With `as_generated` the model writes its answers by itself, and an input is right where all of them
    are; else each is asked with the right ones before it.

    Evidence: the model's answers to every input.

    Cost: one forward row for each input; as generated one more for each symbol that is wrong, at most.

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
    as_generated: bool = False
    """whether the model's own answers stand before the next one, in place of the right ones"""

    def words(self) -> str:
        """From the fields."""
        which = f"{self.output} is" if self.output else "answers are"
        how = " as the model writes them" if self.as_generated else ""
        return f"{which} right{how} on at least {exact_percent(self.at_least)} of inputs"

    def as_table(self) -> dict[str, Any]:
        """As it was before answers could be generated, where they are not: verdicts are kept by this."""
        fields = super().as_table()
        return fields if self.as_generated else {name: v for name, v in fields.items() if name != "as_generated"}

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Outputs that the task does not have; answers that no model can write by itself."""
        if self.as_generated and not task.writes_answers:
            yield Reason("as_generated", f"{task} does not show a model its own answers one by one", "leave it out")
        if self.as_generated and spec is not None and spec.attention_dir != "causal":
            yield Reason("as_generated", "the model is bidirectional", "only a causal model writes by itself")
        if self.output:
            yield from unknown_names(self.each, task, {"output": self.output}, task.outputs)
        elif self.each:
            yield Reason("for", "nothing is quantified", "give an output, for example y[i], or leave it out")

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The model's answers."""
        return (GENERATED,) if self.as_generated else (UNEDITED,)

    def find(self, context: Context) -> Finding:
        """Shares, and inputs that are answered wrongly."""
        if self.as_generated:
            return self._of_whole_answers(context, context.evidence(GENERATED)[0])
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
        how = " as the model writes them" if self.as_generated else ""
        sentence = f"{int(right.sum()):,} of {len(right):,} inputs are right{how} ({percent(float(right.mean()))})"
        sentence += f": {told(tuple(parts), percent)}." if self.output else "."
        lost = int((asked & (found == NO_NUMBER)).sum())
        sentence += f" {lost:,} answers are wrong because their logits are not numbers." if lost else ""
        effect = Effect(float(right.mean()), "share of inputs right")
        against = _derailed(context, found) if self.as_generated else wrong_answers(context, found, chosen)
        return Finding(tuple(parts), sentence, effect, against, ADVICE)


def _derailed(context: Context, found: NDArray[Any]) -> tuple[Counterexample, ...]:
    """The first inputs whose answers come out wrong as the model writes them, whole answers beside one another."""
    answers, names = context.subject.inputs.answers, context.task.outputs
    wrong = (answers != UNASKED) & (found != answers)
    examples = []
    for row in map(int, np.flatnonzero(wrong.any(axis=1))[:MOST]):
        right, written = (answer_line(context.subject, one) for one in (answers[row], found[row]))
        line = f"{question(context, row)}: the answer should be {right}, the model writes {written}"
        examples.append(Counterexample(line, unedited(context, row, names[int(wrong[row].argmax())])))
    return tuple(examples)


ADVICE = advice(
    confirmed="The model can be opened up: what it does is worth explaining.",
    refuted="Train it longer or with another seed before asking how it works.",
    mixed="Look at the outputs that fail before asking how the model works.",
    undecided=MEASURE_MORE,
)
