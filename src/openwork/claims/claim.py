"""What every claim is: a frozen value with an id, words, a kind and thresholds, that can be checked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from openwork.analyses.coverage import said_of
from openwork.analyses.result import percent
from openwork.claims.comparing import NOT_COMPARED, compare, comparing_rows
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence import UNEDITED
from openwork.claims.programs.program import GivenProgram
from openwork.claims.quantifier import Quantifier, quantifier
from openwork.claims.verdict import Case, ClaimText, Effect, Outcome, Verdict, outcome_of
from openwork.claims.wording import MEASURE_MORE, which
from openwork.data import unhandled
from openwork.errors import ClaimError, Reason, suggestion, visible
from openwork.models import ModelSpec
from openwork.tasks import Task

MOST_COUNTEREXAMPLES = 10


def several(value: Any) -> Any:
    """One name or a list of names, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def outcome(value: Any) -> Any:
    """An outcome from its name.

    Raises:
        ValueError: there is no such outcome.
    """
    if isinstance(value, str) and value not in Outcome.__members__:
        raise ValueError(f"there is no outcome {value!r}; {suggestion(value.upper(), Outcome.__members__)}")
    return Outcome(value) if isinstance(value, str) else value


Several = Annotated[tuple[str, ...], BeforeValidator(several)]
"""One name or a list of names."""
Each = Annotated[Quantifier, BeforeValidator(quantifier), Field(alias="for")]
"""For which cases: `for` in TOML, `each` in Python."""
Share = Annotated[float, Field(ge=0, le=1), AfterValidator(lambda share: share + 0.0)]
"""Between 0 and 1; -0.0 is 0."""


@dataclass(frozen=True)
class Finding:
    """What a kind of claim found, before it is judged.

    Attributes:
        parts: every case.
        sentence: what was found, in numbers.
        effect: how large it is; None where nothing could be measured.
        counterexamples: candidates, the most telling first.
        advice: what to make of each outcome.
        coverage: where it is not the context's own.
        within: how much of the claim that is, to be said with it; empty where it is all.
    """

    parts: tuple[Case, ...]
    sentence: str
    effect: Effect | None
    counterexamples: tuple[Counterexample, ...]
    advice: Callable[[Outcome], str]
    coverage: str | None = None
    within: str = ""


class Claim(BaseModel):
    """An assertion. Subclasses say what evidence they need and what they find in it.

    Raises:
        ClaimError: when made from fields that are wrong; with every one of them.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    kind: ClassVar[str]
    about_mechanism: ClassVar[bool]
    """whether it says how the model works, which can only be asked of a model that works"""
    about_weights: ClassVar[bool] = True
    """whether the weights decide it, so that it may come true while a model learns"""

    handles_sets: ClassVar[bool] = False
    """whether it can be judged where answers are sets, or questions have several lengths"""

    id: str = Field(default="", pattern=r"^[\w.-]*$")
    """a short name; that of the kind unless given"""
    says: str = ""
    """the claim in its author's words, shown as a quotation; made from the fields unless given"""
    expect: Annotated[Outcome | None, BeforeValidator(outcome)] = None
    """how it should come out, for a claims file that is a test; CONFIRMED unless given. Never changes the verdict"""

    @field_validator("id")
    @classmethod
    def _is_no_verdict(cls, name: str) -> str:
        if name.upper() in Outcome.__members__:
            raise ValueError(f"{name!r} is what a verdict says: call the claim otherwise")
        return name

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            title = f"this is not a claim of the kind {type(self).kind}"
            raise ClaimError(title, _reasons(type(self), error)) from error

    def model_post_init(self, context: Any, /) -> None:
        """Fills in id and words."""
        self.__dict__["id"] = self.id or self.kind
        self.__dict__["says"] = self.says or self.words()

    @abstractmethod
    def words(self) -> str:
        """The claim in words, from its fields."""

    def details(self) -> Iterable[str]:
        """What `words` leave out and the outcome depends on."""
        return ()

    @property
    def tested(self) -> str:
        """What is tested, in words and with its threshold: all from the fields, nothing from `says`."""
        named = ", ".join(f"{name} = {values}" for name, values in self.__dict__.get("each", ()))
        return "; ".join([self.words(), *([f"for {named}"] if named else []), *self.details()])

    @abstractmethod
    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """What the claim speaks of that this task, or this model where known, does not have; `where` is the field."""

    def unfit(self, task: Task, spec: ModelSpec | None) -> tuple[Reason, ...]:
        """Why it cannot be judged: a kind that cannot handle the task's answers, or `misfits`."""
        if not (self.handles_sets or task.one_symbol_each):
            return (
                Reason("kind", f"{self.kind} is not judged here: answers {unhandled(task.answer_kind == 'set')[0]}"),
            )
        return tuple(self.misfits(task, spec))

    @abstractmethod
    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The evidence it rests on, beside what the unedited model answers."""

    @abstractmethod
    def find(self, context: Context) -> Finding:
        """Looks at the evidence."""

    @property
    def names_program(self) -> str:
        """The file of Python that it names; empty where it names none."""
        return ""

    def given(self, programs: Mapping[str, GivenProgram]) -> Self:
        """With the programs that it names, where they are among these; most claims name none."""
        return self

    def rests_on(self, context: Context) -> tuple[str, ...]:
        """Digests of what decides its verdict on a model, beside its content and the weights: a verdict that was kept
        answers only where they are the same."""
        return (context.subject.asked_digest,)

    def evidence(self, context: Context) -> tuple[Evidence[Any], ...]:
        """All the evidence that a check gathers."""
        return ((UNEDITED,) if self.about_mechanism else ()) + self.needs(context)

    def cost(self, context: Context) -> int:
        """Forward rows that a check on its own takes, at most, before anything runs; with those of untrained models,
        which are only run where a claim about how the model works holds of right answers only."""
        own = sum(wanted.rows(context) for wanted in dict.fromkeys(self.evidence(context)))
        return own + comparing_rows(self, context)

    def check(self, context: Context) -> Verdict:
        """Judges the claim, once it is known to fit: see `judge`.

        Raises:
            ClaimError: the task or the model does not have what the claim speaks of.
        """
        reasons = list(self.unfit(context.task, context.spec))
        if reasons:
            raise ClaimError(f"the claim {self.id} does not fit this model", reasons)
        return self.judge(context)

    def judge(self, context: Context) -> Verdict:
        """Judges a claim that has no `misfits`.

        Where it speaks of a mechanism and the model does not solve the task, it stays UNDECIDED;
        unless the context has it judged on those inputs only that the model answers right. Then it is CONFIRMED only
        where that is not luck: untrained models of the same spec, judged alike, do not meet it.
        """
        before, rests_on = context.ledger.forward_rows, (context.subject.digest, *self.rests_on(context))
        context = self._judged_on(context)
        wrong = self._unsolved(context)
        finding = self.find(context)
        compared = NOT_COMPARED if wrong else compare(self, finding.parts, context)
        finding = replace(finding, parts=compared.parts or finding.parts)
        outcome = outcome_of(finding.parts)
        if wrong and not all(part.trivial for part in finding.parts):
            outcome = Outcome.UNDECIDED
        if outcome is Outcome.VACUOUS:
            wrong = wrong.removesuffix(MEASURED_ALL_THE_SAME)
        said = (wrong, compared.before, _nothing_said(outcome, finding.parts), finding.sentence, compared.after)
        sentence = " ".join(filter(None, (*said, which(finding.parts) if outcome is Outcome.MIXED else "")))
        advice = compared.advice or _advice(outcome, finding, context)
        if wrong and outcome is Outcome.UNDECIDED:
            advice = said_of(UNSOLVED_ADVICE, context.subject.all_asked)
        return Verdict(
            claim=replace(self.text(), tested="; ".join(filter(None, (self.tested, finding.within)))),
            outcome=outcome,
            sentence=sentence,
            parts=finding.parts,
            coverage=finding.coverage or context.coverage,
            effect=finding.effect,
            counterexamples=finding.counterexamples[:MOST_COUNTEREXAMPLES],
            forward_rows=context.ledger.forward_rows - before + compared.forward_rows,
            advice=advice,
            expect=self.expect,
            rests_on=rests_on,
        )

    def _judged_on(self, context: Context) -> Context:
        if not (self.about_mechanism and context.only_right):
            return context
        answers = context.evidence(UNEDITED)
        right = (answers == context.subject.inputs.answers).all(axis=1)
        if right.all() or not right.any():
            return context
        narrowed = context.where_right(right)
        narrowed.tell(UNEDITED, answers[right])
        return narrowed

    def _unsolved(self, context: Context) -> str:
        if not self.about_mechanism:
            return ""
        right = context.evidence(UNEDITED) == context.subject.inputs.answers
        if right.all():
            return ""
        inputs = int((~right.all(axis=1)).sum())
        return (
            f"This model does not solve the task: {percent(float(right.mean()))} of its answers are right, and "
            f"{inputs:,} inputs have a wrong one, so how it works cannot be judged.{MEASURED_ALL_THE_SAME}"
        )

    def text(self) -> ClaimText:
        """The claim as verdicts keep it."""
        fields = self.as_table()
        fields.pop("expect", None)
        return ClaimText(fields.pop("id"), fields.pop("kind"), fields.pop("says"), fields, self.tested)

    def as_table(self) -> dict[str, Any]:
        """The claim as a table of a claims file, defaults written out."""
        fields = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        if "for" in fields:
            fields["for"] = dict(fields["for"])
            if not fields["for"]:
                del fields["for"]
        return {"id": fields.pop("id"), "kind": self.kind, "says": fields.pop("says")} | fields

    def __str__(self) -> str:
        return visible(f"{self.id}: {self.says}")


MEASURED_ALL_THE_SAME = " It was measured all the same."


def _nothing_said(outcome: Outcome, parts: Sequence[Case]) -> str:
    """Why a claim that holds says nothing, or in how many of its cases; empty where all say something."""
    empty = [part.vacuous for part in parts if part.vacuous]
    why = "; ".join(dict.fromkeys(empty))
    if outcome is Outcome.VACUOUS:
        return f"It holds and says nothing: {why}.{MEASURED_ALL_THE_SAME}"
    if len(empty) == len(parts):
        return f"It would say nothing: {why}." if empty else ""
    return f"In {len(empty)} of {len(parts)} cases it says nothing: {why}." if empty else ""


def _advice(outcome: Outcome, finding: Finding, context: Context) -> str:
    """What goes before the advice of a kind, or that."""
    if outcome is Outcome.VACUOUS:
        return FORCED if any(part.vacuous and part.vacuous == part.forced for part in finding.parts) else SAYS_NOTHING
    if outcome is Outcome.UNDECIDED and any(part.guessed for part in finding.parts):
        return GUESSED
    advice = finding.advice(outcome)
    return ALL_MEASURED if advice == MEASURE_MORE and context.whole else advice


SAYS_NOTHING = "Claim what a model could miss: another threshold."
FORCED = "Claim what a model could miss: another threshold, fewer components, or a place that is not the only way."
UNSOLVED_ADVICE = (
    "Train the model until it is right on every input. Where that cannot be, --only-right asks how it works where it "
    "is right, and asks untrained models the same: what they meet too is not confirmed."
)
ALL_MEASURED = "All inputs were measured: no more of them can decide it, so ask something else of the model."
GUESSED = (
    "Always giving the most frequent answer would be right as often, so this cannot tell knowing from guessing: judge "
    "it where the answers vary more."
)


def not_applicable(claim: Claim, reasons: Iterable[Reason]) -> Verdict:
    """The verdict on a claim about something that this model does not have."""
    why = "; ".join(f"{r.where}: {r.what}" for r in reasons)
    return Verdict(
        claim=claim.text(),
        outcome=Outcome.UNDECIDED,
        sentence=f"The claim does not apply to this model: {why}.",
        parts=(),
        coverage="nothing was measured",
        effect=None,
        counterexamples=(),
        forward_rows=0,
        advice="Judge it on a model of the kind that it speaks of.",
        expect=claim.expect,
    )


def _told_once(error: ValidationError) -> list[ErrorDetails]:
    """The mistakes, without that a list is too short where what was in it is told to be wrong."""
    every = error.errors(include_url=False)
    return [
        item for item in every if item["type"] != "too_short" or not any(o["loc"][:-1] == item["loc"] for o in every)
    ]


def _reasons(kind: type[Claim], error: ValidationError) -> list[Reason]:
    """A pydantic error as our reasons, with the nearest field where one is unknown."""
    names = {field.alias or name for name, field in kind.model_fields.items()}
    reasons = []
    for item in _told_once(error):
        where = ".".join(str(step) for step in item["loc"]) or "fields"
        message = item["msg"].removeprefix("Value error, ")
        match item["type"]:
            case "extra_forbidden":
                reasons.append(Reason(where, f"{kind.kind} has no such field", suggestion(where, names)))
            case "missing":
                reasons.append(Reason(where, "is missing"))
            case "value_error":
                reasons.append(Reason(where, message))
            case _:
                reasons.append(Reason(where, f"{message}, got {item['input']!r}"))
    return reasons
