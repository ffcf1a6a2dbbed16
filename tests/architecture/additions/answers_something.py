"""The model answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from openwork.claims.claim import Claim, Finding
from openwork.claims.context import Context, Evidence
from openwork.claims.evidence import UNEDITED
from openwork.claims.shares import right_part
from openwork.claims.verdict import Effect
from openwork.claims.wording import MEASURE_MORE, advice
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.tasks import Task


class AnswersSomething(Claim):
    """Some answer is right.

    Evidence: the model's answers to every input.

    Cost: one forward row for each input.

    Refuted by: no right answer.

    Example::

        [[claim]]
        id = "something"
        kind = "answers-something"
    """

    kind: ClassVar[str] = "answers-something"
    about_mechanism: ClassVar[bool] = False

    def words(self) -> str:
        """From the fields."""
        return "some answer is right"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Nothing can be wrong."""
        return ()

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The model's answers."""
        return (UNEDITED,)

    def find(self, context: Context) -> Finding:
        """The share of right answers."""
        right = context.evidence(UNEDITED) == context.subject.inputs.answers
        part = right_part(context, "answers", right, ">=", 0.0)
        effect = Effect(float(right.mean()), "share of answers right")
        return Finding((part,), "It answers.", effect, (), ADVICE)


ADVICE = advice(confirmed="Ask more.", refuted="Train it.", mixed="Ask more.", undecided=MEASURE_MORE)
