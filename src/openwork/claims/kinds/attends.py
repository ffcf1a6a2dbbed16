"""A head attends from one role to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from openwork.claims.claim import Claim, Each, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample, Weight
from openwork.claims.evidence import AttentionWeights
from openwork.claims.examples import MOST, in_turn, question, symbol, unedited
from openwork.claims.places import filled, head, unknown_head, unknown_names
from openwork.claims.shares import mean_part
from openwork.claims.verdict import Effect
from openwork.claims.wording import MEASURE_MORE, advice, holding, told
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.tasks import Task


class Attends(Claim):
    """In every case, the weight that `head` gives from `query` to `key`, averaged over inputs, is `at_least` so much.

    It says where a head looks, which is not what it does.

    Evidence: the attention pattern of that layer on every input.

    Cost: one forward row for each input, shared by all cases.

    Refuted by: a lower mean in every case. Vacuous where a head that looks evenly at all that it sees gives one
    position as much as is claimed of all keys of this query together, and at the first position of a causal model,
    which sees none but itself.

    Example::

        [[claim]]
        id = "mirror"
        kind = "attends"
        says = "At every output the head looks at the digit that the answer is made from."
        head = "blocks.0.attn.0"
        query = "predicts y[i]"
        key = "x[n-1-i]"
        for = { i = "outputs" }
        at_least = 0.5
    """

    kind: ClassVar[str] = "attends"
    about_mechanism: ClassVar[bool] = True

    head: str
    """`blocks.0.attn.1` is head 1 of layer 0"""
    query: str
    """role that attends, for example `predicts y[i]`"""
    key: str
    """role attended to, for example `x[n-1-i]`"""
    each: Each = ()
    at_least: Share = 0.5
    """mean weight; 0.5 is more than all other positions together"""

    def words(self) -> str:
        """From the fields."""
        return f"{self.head} attends from {self.query} to {self.key}, with a mean weight of at least {self.at_least:g}"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """An unknown head, roles that the task does not have."""
        yield from unknown_head(spec, "head", self.head)
        yield from unknown_names(self.each, task, {"query": self.query, "key": self.key}, task.roles)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The weights of the head between the roles."""
        return (self._weights(context),)

    def _cases(self, context: Context) -> list[tuple[str, ...]]:
        return filled(self.each, context.task, (self.query, self.key))

    def _weights(self, context: Context) -> AttentionWeights:
        roles, found = context.task.roles, head(context.spec, self.head)
        pairs = tuple((roles[query], roles[key]) for query, key in self._cases(context))
        return AttentionWeights(found.site, found.head, pairs)

    def find(self, context: Context) -> Finding:
        """Means, and the inputs with the least attention."""
        cases, weights = self._cases(context), context.evidence(self._weights(context))
        means = weights.mean(axis=0, dtype=np.float64)
        parts = tuple(
            replace(
                mean_part(context, f"{query} → {key}", float(mean), ">=", self.at_least),
                forced=self._forced(context, query, key),
            )
            for (query, key), mean in zip(cases, means, strict=True)
        )
        against = []
        for case, ((query, key), judged) in enumerate(zip(cases, parts, strict=True)):
            rows = np.argsort(weights[:, case], kind="stable")[: 0 if judged.holds else MOST]
            against.append([self._example(context, int(r), query, key, float(weights[r, case])) for r in rows])
        sentence = (
            f"{self.head} gives {self.key} a mean weight of at least {self.at_least:g} {holding(parts)}: "
            f"{told(parts, lambda v: f'{v:.2f}')}."
        )
        return Finding(parts, sentence, Effect(float(means.mean()), "mean attention"), in_turn(against), ADVICE)

    def _forced(self, context: Context, query: str, key: str) -> str:
        """Why a head that knows nothing looks there as much as is claimed; empty where it does not."""
        spec, roles, tokens = context.spec, context.task.roles, context.subject.inputs.tokens
        if spec.attention_dir == "causal" and roles[query] == 0:
            return ONLY_ITSELF
        seen = np.ones(tokens.shape, bool) if spec.pad_token is None else tokens != spec.pad_token
        if spec.attention_dir == "causal":
            seen[:, roles[query] + 1 :] = False
        evenly = float((seen[:, roles[key]] / np.maximum(seen.sum(axis=1), 1)).mean())
        # Of several keys at once so little each would not do: a head that chooses one of them would fail.
        claimed = self.at_least * sum(other == query for other, _ in self._cases(context))
        return f"looking evenly at all that it sees gives {evenly:.2f}" if claimed <= evenly else ""

    def _example(self, context: Context, row: int, query: str, key: str, weight: float) -> Counterexample:
        output, roles = query.removeprefix("predicts "), context.task.roles
        looking = head(context.spec, self.head)
        look = Weight(looking.site, looking.head, roles[query], roles[key])
        if query == output or output not in context.task.outputs:
            line = f"{question(context, row)}: attention from {query} to {key} is {weight:.2f}"
            return Counterexample(line, unedited(context, row, look=look))
        right = symbol(context, context.subject.inputs.answers[row, context.task.outputs.index(output)])
        line = f"{question(context, row)}: {output} should be {right}, attention to {key} is {weight:.2f}"
        return Counterexample(line, unedited(context, row, output, look))


ONLY_ITSELF = "the first position sees none but itself"
ADVICE = advice(
    confirmed="Attention shows where a head looks; confirm with an intervention that the answer depends on it.",
    refuted="The weights do not show how the answer gets there: find its route by patching.",
    mixed="Claim it for the cases that hold, and find the route of the others by patching.",
    undecided=MEASURE_MORE,
)
