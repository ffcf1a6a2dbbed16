"""What is left of a model when components are replaced: what claims of need and of no need have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from openwork.analyses import By, Component, percent
from openwork.claims.circuits.passage import passage, tokens_seen
from openwork.claims.claim import Claim, Finding, Several, several
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import OTHER
from openwork.claims.evidence import Predictions
from openwork.claims.examples import against_or_for, right_answers, wrong_answers
from openwork.claims.places import together, unknown_components
from openwork.claims.shares import known_part, most_right
from openwork.claims.verdict import Case, Effect, Outcome, Relation
from openwork.claims.wording import told, weakest
from openwork.errors import Reason
from openwork.interventions import Edit, Mean, Patch, Zero
from openwork.models import ModelSpec
from openwork.tasks import Task

REPLACED: dict[By, str] = {"zero": "by zero", "mean": "by its mean", "resample": "by that of another input"}
MISSED = 0.99
"""accuracy below which the model does miss what was replaced, whatever a claim says of how much"""
Broken = Mapping[str, Mapping[By, bool]]
"""Whether each component by each replacement was certainly broken by it."""


class Replacement(Claim):
    """Each component by each replacement is a part: the accuracy over all graded answers that is left."""

    about_mechanism: ClassVar[bool] = True

    components: Several = Field(min_length=1)
    """each on its own; `blocks.0.mlp + blocks.1.mlp` are replaced at once"""
    by: Annotated[tuple[By, ...], BeforeValidator(several)] = Field(default=("zero", "mean", "resample"), min_length=1)
    """`zero`; `mean` over all inputs, position by position; `resample`: what it writes on another input"""
    seed: int = Field(default=0, ge=0)
    """of the draw, for `resample`"""

    @property
    @abstractmethod
    def bound(self) -> tuple[Relation, float]:
        """What the accuracy that is left must be."""

    @abstractmethod
    def advice_on(self, outcome: Outcome) -> str:
        """What to make of the outcome, where nothing more can be said."""

    @property
    def replaced(self) -> str:
        """What is replaced by what: `with blocks.0.mlp replaced by zero or by its mean`."""
        ways = " or ".join(REPLACED[by] for by in dict.fromkeys(self.by))
        return f"with {', '.join(self.components)} replaced {ways}"

    @property
    def tells_information(self) -> bool:
        """Whether it is asked in ways that tell a component that informs from one that is a constant: zero breaks
        either, the mean or another input's value only the first."""
        return "zero" in self.by and len(set(self.by)) > 1

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Components that the model does not have."""
        return unknown_components(spec, "components", self.components)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers of every edited model."""
        return tuple(predictions for _, _, predictions in self._edited(context))

    def _edited(self, context: Context) -> Iterator[tuple[str, By, Predictions]]:
        for names in dict.fromkeys(self.components):
            for by in dict.fromkeys(self.by):
                edits = tuple(_edit(c, by) for c in together(context.spec, names))
                yield names, by, Predictions(edits, self.seed if by == "resample" else 0)

    def find(self, context: Context) -> Finding:
        """Accuracies, and inputs that break."""
        relation, threshold = self.bound
        parts, wrong, right, by_build = [], [], [], []
        broken: dict[str, dict[By, bool]] = {}
        for names, by, wanted in self._edited(context):
            answers = context.evidence(wanted)
            every = range(len(context.task.outputs))
            label, independent = f"{names} {REPLACED[by]}", wanted.independent(context)
            judged = known_part(context, label, answers, every, relation, threshold, independent)
            parts.append(replace(judged, forced=_forced(context, judged, by, wanted.edits)))
            by_build.append(_by_build(context, parts[-1], wanted.edits))
            broken.setdefault(names, {})[by] = parts[-1].holds is (relation == "<=")
            said = f"with {names} replaced {REPLACED[by]}"
            wrong.append(wrong_answers(context, answers, every, f"{said} the model says", wanted.replay))
            right.append(right_answers(context, answers, said, wanted.replay))
        sentence = f"Answers still right: {told(parts, percent)}.{_disagreeing(parts, broken)}"
        worst = weakest(parts)
        effect = Effect(1 - worst.value, f"share of answers lost without {worst.label}")
        return Finding(
            tuple(parts),
            sentence,
            effect,
            against_or_for(parts, wrong, ()) if relation == ">=" else against_or_for(parts, right, wrong),
            lambda outcome: self._advice(outcome, parts, broken, all(by_build)),
        )

    def _advice(self, outcome: Outcome, parts: Sequence[Case], broken: Broken, by_build: bool) -> str:
        if outcome is Outcome.UNDECIDED or any(p.holds is None for p in parts):
            return self.advice_on(outcome)
        for ways in broken.values():
            if len(set(ways.values())) > 1:
                return _what_disagreement_means(ways)
        if _redundant(broken):
            return REDUNDANT
        if outcome is Outcome.REFUTED and any(p.relation == "<=" and p.value < MISSED for p in parts):
            return MISSED_LESS
        if _cancelling(broken):
            return CANCELLING
        return BY_BUILD if by_build and self.tells_information else self.advice_on(outcome)


def _forced(context: Context, judged: Case, by: By, edits: Sequence[Edit]) -> str:
    """Why the wiring alone decides this part, whatever the weights of a model that is right; empty where it does not.

    Where all that the answers are computed from is replaced, zero and the mean leave one answer for every input.
    """
    n_pos = context.task.n_pos
    after = passage(context.spec, n_pos, edits, range(n_pos))
    graded = context.subject.inputs.graded
    if judged.relation == ">=":
        return NOTHING_REPLACED if by != "zero" and all(map(after.is_base, graded)) else ""
    guessed = by != "resample" and judged.guess is not None and judged.threshold < judged.guess
    return ALL_REPLACED if all(map(after.is_others, graded)) and not guessed else ""


def _by_build(context: Context, judged: Case, edits: Sequence[Edit]) -> bool:
    """Whether no model without it could have more right than is claimed to be left, for it is left with too few tokens:
    as where one layer's attention, the only way between positions, is replaced. By what another input writes, which
    tells nothing of this one, that is so on average over draws.

    That is told and not VACUOUS: a model needs it all the same, and beside heads that can each be spared it says that
    they cannot all be.
    """
    if judged.relation == ">=" or not judged.holds or judged.forced:
        return False
    return judged.threshold >= most_right(context, tokens_seen(context.spec, context.task.n_pos, edits))


def _edit(component: Component, by: By) -> Edit:
    where = (component.site, None, component.heads)
    if by == "resample":
        return Patch(*where, source=OTHER)
    return Zero(*where) if by == "zero" else Mean(*where)


def _disagreeing(parts: Sequence[Case], broken: Broken) -> str:
    """Which components the replacements disagree about, as a sentence to append; empty where they agree."""
    said = []
    for names, ways in broken.items():
        if len(set(ways.values())) > 1 and not any(p.holds is None for p in parts):
            breaks = " and ".join(REPLACED[by] for by, is_broken in ways.items() if is_broken)
            keeps = " and ".join(REPLACED[by] for by, is_broken in ways.items() if not is_broken)
            said.append(f" The replacements disagree about {names}: {breaks} it breaks, {keeps} it does not.")
    return "".join(said)


def _what_disagreement_means(ways: Mapping[By, bool]) -> str:
    """The most telling pair of replacements that disagree."""
    breaks = {by for by, is_broken in ways.items() if is_broken}
    keeps = set(ways) - breaks
    if "zero" in breaks and "resample" in keeps:
        return ONLY_A_CONSTANT
    if "zero" in breaks and "mean" in keeps and "resample" not in ways:
        return ONLY_A_CONSTANT_BY_MEAN
    if "resample" in breaks and keeps:
        return MISLEADS
    return MEAN_MISLEADS


def _redundant(broken: Broken) -> bool:
    """Whether components that can each be spared cannot all be spared at once."""
    spared = {name.strip() for name, ways in broken.items() if not any(ways.values())}
    joint = (names for names, ways in broken.items() if "+" in names and all(ways.values()))
    return any({name.strip() for name in names.split("+")} <= spared for names in joint)


def _cancelling(broken: Broken) -> bool:
    """Whether components none of which can be spared alone can all be spared at once."""
    needed = {name.strip() for name, ways in broken.items() if all(ways.values())}
    joint = (names for names, ways in broken.items() if "+" in names and not any(ways.values()))
    return any({name.strip() for name in names.split("+")} <= needed for names in joint)


ALL_REPLACED = "all that the answers are computed from is replaced, so no model that is right stays so"
NOTHING_REPLACED = "it is the same on every input, so nothing is replaced"
BY_BUILD = (
    "Every model of these sizes that is right needs it: without it too few tokens are seen where answers are given. "
    "What it brings there is shown by patching it one position at a time."
)
MISSED_LESS = (
    "The model does miss it, though less than is claimed: the share of answers that is left says how much, so claim "
    "that much."
)
ONE_WAY = (
    "So replaced it breaks the model. Whether the model needs what it tells of the input takes zero and another way: "
    "zero also breaks what is a mere constant, and what another input writes may mislead; ask by all three."
)
ONLY_A_CONSTANT = (
    "The replacements disagree: zero leaves what the model was trained on, while another input's value serves as well "
    "as its own, so the component gives the model a constant and no information about the input."
)
ONLY_A_CONSTANT_BY_MEAN = (
    "The replacements disagree: zero leaves what the model was trained on, the mean keeps what is always there, so the "
    "component gives the model a constant; ask by resample too whether it also informs."
)
MISLEADS = (
    "The replacements disagree: the model does without the component, but is misled by what it writes on another "
    "input, so it does carry information, which something else supplies as well: look for a second route."
)
MEAN_MISLEADS = (
    "The replacements disagree: the mean, or zero, is itself a value that misleads the model; what another input "
    "writes is the replacement that the model has seen, so judge by resample."
)
REDUNDANT = (
    "Each of these can be spared while the other is there, and not both: they are redundant, so explain them together."
)
CANCELLING = (
    "Each of these is needed while the other is there, and both can be spared together: they undo one another, so "
    "explain them together, or leave both out."
)
