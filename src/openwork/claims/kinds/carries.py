"""A component carries a variable of the question to an output, or does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from openwork.analyses import exact_percent, percent
from openwork.claims.circuits.passage import passage
from openwork.claims.claim import Claim, Each, Finding, Several, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import OTHER, Counterexample
from openwork.claims.evidence import UNCHANGED, InterchangeAnswers, Interchanged
from openwork.claims.examples import MOST, in_turn, question, symbol
from openwork.claims.places import filled, together, unknown_components, unknown_names
from openwork.claims.shares import most_frequent, pairs_part
from openwork.claims.verdict import Case, Effect, Outcome, Relation
from openwork.claims.wording import MEASURE_MORE, bound, claimed, told
from openwork.errors import Reason
from openwork.interventions import Patch
from openwork.models import ModelSpec
from openwork.tasks import Task

CARRIED = 0.9


class Carries(Claim):
    """Taken from the run in which only `variable` differs, `component` makes `output` follow that run.

    Every input is paired with every alternative value of the variable. The component takes, at the roles `at`, what it
    writes on the question with that value; all else runs on the input itself. A part is the share of pairs whose
    prediction becomes the other question's right answer: `at_least` so much (0.9 unless given), or with `at_most`,
    which asserts that the component does not carry it, no more. Pairs whose right answer is the same are left out, and
    where only inputs are judged that the model answers right, pairs whose other question it gets wrong.

    A changed question has other right answers, which a teacher-forced model is shown. By default (`forced = "kept"`)
    the other run is shown those of the input, so that it differs in the question alone and an answer that leaks from a
    teacher-forced output is not carried. With `forced = "changed"` they follow the question.

    Evidence: the answers with the component patched, for every input and every alternative value.

    Cost: two forward rows for every input, alternative and case.

    Refuted by: predictions that stay, or become something else; with `at_most`, by predictions that follow. Vacuous
    where the wiring alone makes the prediction follow, or stay, whatever the weights.

    Example::

        [[claim]]
        id = "fetched"
        kind = "carries"
        says = "The first layer's head brings every digit but the last to the place where its answer is predicted."
        component = "blocks.0.attn.0"
        at = "predicts y[i]"
        variable = "x[n-1-i]"
        output = "y[i]"
        for = { i = "1..n-1" }
        at_least = 0.9
    """

    kind: ClassVar[str] = "carries"
    about_mechanism: ClassVar[bool] = True

    component: str
    """`blocks.0.attn`, `blocks.0.attn.1`, `blocks.0.mlp`, any site, or several joined by `+`, patched at once"""
    variable: str
    """of the question, for example `x[n-1-i]`"""
    output: str
    """for example `y[i]`"""
    at: Several = ()
    """roles of the positions that are patched, for example `predicts y[i]`; every position unless given"""
    each: Each = ()
    at_least: Share | None = None
    """share of pairs that follow: it carries the variable; 0.9 unless `at_most` is given"""
    at_most: Share | None = None
    """share of pairs that follow: it does not"""
    forced: Literal["kept", "changed"] = "kept"
    """the teacher-forced outputs that the other run is shown"""

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("give at_least (it carries) or at_most (it does not), not both")
        self.__dict__["at"] = tuple(role for role in self.at if role)
        return self

    @property
    def _bound(self) -> tuple[Relation, float]:
        if self.at_most is not None:
            return "<=", self.at_most
        return ">=", CARRIED if self.at_least is None else self.at_least

    def words(self) -> str:
        """From the fields."""
        where = f" at {' and '.join(self.at)}" if self.at else ""
        does = "does not carry" if self.at_most is not None else "carries"
        relation, threshold = self._bound
        how = bound(relation, exact_percent(threshold))
        return f"{self.component}{where} {does} {self.variable} to {self.output}: {how} of pairs follow"

    def details(self) -> Iterable[str]:
        """Which forced outputs the other run is shown, where that is not as usual."""
        return ("forced outputs changed",) if self.forced == "changed" else ()

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """An unknown component, and variables, outputs and roles that the task does not have."""
        yield from unknown_components(spec, "component", (self.component,))
        changeable = [v.name for v in task.variables if v.values > 1]
        names = [("variable", self.variable, changeable), ("output", self.output, [*task.outputs])]
        names += [("at", role, [*task.roles]) for role in self.at]
        reasons = (unknown_names(self.each, task, {field: name}, known) for field, name, known in names)
        yield from dict.fromkeys(chain.from_iterable(reasons))

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers to every pair."""
        return tuple(case.evidence for case in self._cases(context))

    def _cases(self, context: Context) -> Iterator[_Case]:
        parts, roles = together(context.spec, self.component), context.task.roles
        for variable, output, *at in filled(self.each, context.task, (self.variable, self.output, *self.at)):
            positions = tuple(dict.fromkeys(roles[role] for role in at)) or None
            edits = tuple(Patch(part.site, positions, part.heads, source=OTHER) for part in parts)
            yield _Case(variable, output, InterchangeAnswers(edits, variable, output, self.forced == "kept"))

    def find(self, context: Context) -> Finding:
        """Shares, and pairs that speak against the claim."""
        relation, threshold = self._bound
        parts, examples, counted, leaky = [], [], 0, False
        for case in self._cases(context):
            interchanged = context.evidence(case.evidence)
            pairs, followed = interchanged.wanted != UNCHANGED, interchanged.found == interchanged.wanted
            guess = most_frequent(interchanged.wanted[pairs]) if relation == ">=" else None
            judged = pairs_part(context, str(case), pairs, followed, relation, threshold, guess)
            parts.append(replace(judged, forced=self._forced(context, case, interchanged)))
            against = pairs & (followed if relation == "<=" else ~followed)
            examples.append(list(self._examples(context, case, interchanged, against)))
            counted, leaky = counted + int(pairs.sum()), leaky or interchanged.forced
        coverage = self._coverage(context, counted)
        if not counted:
            return Finding(tuple(parts), self._none(context), None, (), lambda _: NOTHING_CHANGES, coverage)
        share = sum(part.value for part in parts) / len(parts)
        sentence = (
            f"The prediction follows the other run in {percent(share)} of pairs "
            f"({claimed(parts, bound(relation, exact_percent(threshold)))}): {told(parts, percent)}."
        )
        effect = Effect(share, "share of pairs that follow")
        examined = in_turn(examples)
        return Finding(tuple(parts), sentence, effect, examined, lambda o: self._advice(o, parts, leaky), coverage)

    def _forced(self, context: Context, case: _Case, found: Interchanged) -> str:
        """Why the wiring alone decides this case, whatever the weights; empty where it does not."""
        task = context.task
        places = {v.name: v.position for v in task.variables}
        outputs = {task.roles[o] for o in task.outputs if o in task.roles} if self.forced == "changed" else set()
        differing = {places[case.variable], *outputs}
        after = passage(context.spec, task.n_pos, case.evidence.edits, differing)
        position = context.subject.inputs.graded[task.outputs.index(case.output)]
        if self.at_most is not None:
            return NEVER_REACHED if after.is_base(position) else ""
        # Shown other outputs than its own, the other run is on no question, and need not be right.
        return ONLY_WAY if after.is_others(position) and not found.forced else ""

    def _none(self, context: Context) -> str:
        """Why no pair says anything."""
        index = context.subject.inputs.index
        changed = [context.evidence(case.evidence).sources != index for case in self._cases(context)]
        if not any(rows.any() for rows in changed):
            return f"{self.variable} cannot change alone: with another value of it none of these is a question."
        some = "" if all(rows.all() for rows in changed) else " that leaves a question"
        said = f"No other value of {self.variable}{some} changes the right answer to {self.output}"
        return said + (" to one that the model gives." if context.only_right else ".")

    def _coverage(self, context: Context, counted: int) -> str:
        every = [len(context.evidence(case.evidence).wanted) for case in self._cases(context)]
        alternatives = f"{every[0]}" if len(set(every)) == 1 else f"{min(every)} to {max(every)}"
        text = f"{context.coverage} x {alternatives} alternative{'' if every == [1] * len(every) else 's'}"
        total = sum(every) * context.inputs
        return text if counted == total else f"{text}, of which {counted:,} of {total:,} pairs change the answer"

    def _examples(
        self, context: Context, case: _Case, found: Interchanged, against: NDArray[np.bool_]
    ) -> Iterator[Counterexample]:
        task = context.task
        column = [v.name for v in task.variables].index(case.variable)
        for row, alternative in np.argwhere(against.T)[:MOST]:
            source = int(found.sources[alternative, row])
            tokens = task.tokens(task.questions(np.array([source])))
            value = task.vocabulary.symbols[int(tokens[0, task.variables[column].position])]
            wanted = symbol(context, found.wanted[alternative, row])
            got = symbol(context, found.found[alternative, row])
            line = (
                f"{question(context, int(row))}: with {self.component} from the run where {case.variable} is {value}, "
                f"{case.output} "
                + (f"becomes {got}" if got == wanted else f"should become {wanted}, the model says {got}")
            )
            yield Counterexample(line, case.evidence.replay(context, int(row), source))

    def _advice(self, outcome: Outcome, parts: list[Case], leaky: bool) -> str:
        if leaky and self.forced == "kept" and any(p.relation == ">=" and p.holds is False for p in parts):
            return LEAK
        return (CARRIES if self.at_most is None else DOES_NOT)[outcome]


@dataclass(frozen=True)
class _Case:
    """One variable, one output, and the evidence."""

    variable: str
    output: str
    evidence: InterchangeAnswers

    def __str__(self) -> str:
        return f"{self.variable} → {self.output}"


ONLY_WAY = "all that the answer is computed from there comes from the other run, so every model follows it"
NEVER_REACHED = "what is taken from the other run cannot reach the answer, so no model follows it"
NOTHING_CHANGES = "Claim it of a variable that the output depends on."
LEAK = (
    "The teacher-forced outputs that this prediction sees change with the question as well, and were kept: ask again "
    'with forced = "changed" to see whether the answer comes by way of them.'
)
CARRIES = {
    Outcome.CONFIRMED: "This is a route; whether there is another, openwork routes tells.",
    Outcome.REFUTED: "The variable takes another way: find it with openwork routes, or claim several joined by +.",
    Outcome.MIXED: "Claim it for the cases that hold, and find the way of the others with openwork routes.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
DOES_NOT = {
    Outcome.CONFIRMED: "The variable does not take this way alone; together with another component it still may.",
    Outcome.REFUTED: "It carries the variable, or a part of it: the share of pairs that follow says how much.",
    Outcome.MIXED: "Claim it for the cases that hold; in the others the component carries a part of it, or all.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
