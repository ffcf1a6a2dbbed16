"""The model is right on every input over the real numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from openwork.claims.claim import Claim, Finding
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence.enclosed import EnclosedLeads
from openwork.claims.examples import question, unedited
from openwork.claims.verdict import Effect, part
from openwork.claims.wording import advice
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.proofs import Proof
from openwork.tasks import Task


class Proved(Claim):
    """On every input of the task, for the exact function that the weights define over the real numbers, every right
    answer has the largest logit, by more than `margin`.

    Nothing here rests on how an engine rounds: every number of the pass is enclosed in a ball that surely holds it
    (docs/proofs.md). That is another statement than `accuracy` makes, which a float32 pass was run for.

    Evidence: bounds of what the right logit leads by, on every input.

    Cost: two forward rows for each input, the enclosed ones ten to forty times as long as a plain one.

    Refuted by: an input on which some right answer surely does not lead by so much.

    Example::

        [[claim]]
        id = "right-for-sure"
        kind = "proved"
        says = "Right on every input, whatever rounding does."
        margin = 0.1
    """

    kind: ClassVar[str] = "proved"
    about_mechanism: ClassVar[bool] = False

    margin: float = Field(default=0.0, ge=0)
    """lead of the right logit over every other one"""

    def words(self) -> str:
        """From the fields."""
        return f"over the real numbers, every right answer leads by more than {self.margin:g} on every input"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """One answer only, which leads nothing."""
        if len(task.answer_vocabulary) < 2:
            yield Reason("kind", f"{task} has one answer only, which leads nothing")

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The bounds; of a sample nothing is proved."""
        return (EnclosedLeads(self.margin),) if context.whole else ()

    def find(self, context: Context) -> Finding:
        """How many inputs are proved, and those that surely are not so."""
        if not context.whole:
            said = f"Nothing is proved: only {context.coverage} are measured, which says nothing of the others."
            return Finding((), said, None, (), ADVICE)
        proof = context.evidence(EnclosedLeads(self.margin))
        bounds = proof.proved / proof.inputs, 1 - proof.n_wrong / proof.inputs
        parts = (part("inputs", bounds[0], ">=", 1.0, bounds),)
        effect = Effect(bounds[0], "share of inputs proved")
        return Finding(parts, f"{proof.summary} {proof.beside}", effect, _against(context, proof), ADVICE)


def _against(context: Context, proof: Proof) -> tuple[Counterexample, ...]:
    rows = {int(number): row for row, number in enumerate(context.subject.inputs.index.tolist())}
    return tuple(
        Counterexample(f"{question(context, row)}: {one.leads}", unedited(context, row))
        for one, row in ((one, rows[one.question]) for one in proof.wrong)
    )


ADVICE = advice(
    confirmed="`openwork prove RUN --output FILE` writes a certificate that others can check.",
    refuted="Train it longer, or ask for a smaller margin.",
    mixed="Look at the inputs that fail.",
    undecided="Install python-flint for more bits, or ask on the whole domain.",
)
