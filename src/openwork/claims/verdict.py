"""What a check finds: the outcome, the numbers behind it, and what to do with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from openwork.analyses import exact_percent, percent
from openwork.claims.counterexample import Counterexample, counterexample_from_json
from openwork.errors import visible


class Outcome(StrEnum):
    """How a claim came out."""

    CONFIRMED = "CONFIRMED"
    """every part holds"""
    REFUTED = "REFUTED"
    """no part holds"""
    MIXED = "MIXED"
    """some parts hold and some do not"""
    UNDECIDED = "UNDECIDED"
    """the evidence allows either, or the question does not apply to this model"""
    VACUOUS = "VACUOUS"
    """it holds, and says nothing: no model could fail it, or none that knows no more than the most frequent answer"""


JUDGE = 8
"""Goes up when a kind comes to judge otherwise; what an older judge said is measured again."""


Relation = Literal[">=", "<="]


@dataclass(frozen=True)
class Case:
    """One case of a claim.

    Attributes:
        label: which case, for example `predicts y[2] → x[5]`.
        value: what was found.
        relation: how `value` must stand to `threshold` for the part to hold.
        threshold: from the claim.
        holds: None where the evidence allows either.
        low, high: what `value` may be over all that the claim is about; both are `value` where that was measured.
        guess: what always giving the most frequent answer would reach; None where that is no rival.
        control: what the same spec reaches untrained, on those inputs that it answers right; None where nobody asked.
        forced: why no model could fail it, whatever was measured; empty where one could.
    """

    label: str
    value: float
    relation: Relation
    threshold: float
    holds: bool | None
    low: float
    high: float
    guess: float | None = None
    control: float | None = None
    forced: str = ""

    @property
    def trivial(self) -> bool:
        """Whether no value lies beyond the threshold."""
        return self.threshold <= 0 if self.relation == ">=" else self.threshold >= 1

    @property
    def vacuous(self) -> str:
        """Why it says nothing that it holds, as half a sentence; empty where it does not hold, or says something."""
        if self.holds is not True:
            return ""
        if self.trivial:
            return f"no share lies {'below 0 %' if self.relation == '>=' else 'above 100 %'}"
        if self.relation == ">=" and self.guess is not None and self.threshold <= self.guess:
            reached = f"always giving the most frequent answer reaches {percent(self.guess)}"
            return f"{reached}, and {exact_percent(self.threshold)} is asked for"
        return self.forced

    @property
    def met_by_control(self) -> bool:
        """Whether an untrained model meets it too."""
        if self.control is None:
            return False
        return self.control >= self.threshold if self.relation == ">=" else self.control <= self.threshold

    @property
    def guessed(self) -> bool:
        """Whether it is open because guessing would do as well."""
        return self.holds is None and self.guess is not None and self.value <= self.guess


def part(
    label: str, value: float, relation: Relation, threshold: float, interval: tuple[float, float] | None = None
) -> Case:
    """A part that is judged by its value, or by an interval that the value is known to lie in."""
    low, high = interval or (value, value)
    surely, maybe = (low, high) if relation == ">=" else (-high, -low)
    bound = threshold if relation == ">=" else -threshold
    holds = True if surely >= bound else None if maybe >= bound else False
    return Case(label, value, relation, threshold, holds, low, high)


def outcome_of(parts: Sequence[Case]) -> Outcome:
    """CONFIRMED where all hold, REFUTED where none does, MIXED where both are certain to occur, else UNDECIDED.

    Parts that hold and say nothing count for nothing; where there are no others it is VACUOUS.
    """
    holds = {p.holds for p in parts if not p.vacuous}
    if parts and not holds:
        return Outcome.VACUOUS
    if {True, False} <= holds:
        return Outcome.MIXED
    if None in holds or not holds:
        return Outcome.UNDECIDED
    return Outcome.CONFIRMED if holds == {True} else Outcome.REFUTED


@dataclass(frozen=True)
class Effect:
    """How large what was found is: one number, and what it counts."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.value:.4g} {self.unit}"


@dataclass(frozen=True)
class ClaimText:
    """A claim as a verdict keeps it: plain values only, so that a verdict can be stored and read without its task.

    Attributes:
        id, kind, fields: as in a claims file.
        says: the author's own words, which say what he likes.
        tested: what was tested, with its threshold; empty in verdicts of before it was kept.
    """

    id: str
    kind: str
    says: str
    fields: Mapping[str, Any]
    tested: str = ""

    @property
    def statement(self) -> str:
        """What was tested, in the product's words; of an old verdict, which did not keep it, what its author said."""
        return self.tested or self.says

    @property
    def quotation(self) -> str:
        """What its author says of it, which nothing has tested; empty where that is the statement itself."""
        return "" if self.says in ("", self.statement) or self.tested.startswith(self.says) else self.says

    @property
    def digest(self) -> str:
        """The same for claims of the same content, however they are called and put into words."""
        content = json.dumps([self.kind, dict(self.fields)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Verdict:
    """The answer to one claim.

    Attributes:
        claim: what was claimed.
        outcome: how it came out.
        sentence: what was found, in numbers.
        parts: every case, judged on its own.
        coverage: on how much it was measured, for example `65,536 of 65,536 inputs`.
        effect: how large what was found is.
        counterexamples: up to ten; `openwork trace` runs them again.
        forward_rows: inputs run through the model for this claim; evidence shared with an earlier claim costs nothing.
        advice: what to make of it, in one sentence.
        expect: what whoever wrote the claim expects it to be; None where nothing was said.
        judge: which version of the judge said so.
        rests_on: digests of what it was judged on: first the model with its task and inputs, then what the claim adds,
            such as what its program computes. Empty where it was not said.
        alike: other claims, judged with this one, whose programs reach the same at the same places: nothing here tells
            them apart.
    """

    claim: ClaimText
    outcome: Outcome
    sentence: str
    parts: tuple[Case, ...]
    coverage: str
    effect: Effect | None
    counterexamples: tuple[Counterexample, ...]
    forward_rows: int
    advice: str
    expect: Outcome | None = None
    judge: int = JUDGE
    rests_on: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What stores call it: by the name and the content of its claim."""
        return f"{self.claim.id} {self.claim.digest}"

    @property
    def met(self) -> bool:
        """Whether it came out as expected, which is CONFIRMED unless the claim says otherwise."""
        return self.outcome is (self.expect or Outcome.CONFIRMED)

    @property
    def holding(self) -> int:
        """How many parts hold."""
        return sum(p.holds is True for p in self.parts)

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values; `verdict_from_json` reads them."""
        return {
            "claim": {"id": self.claim.id, "kind": self.claim.kind, "says": self.claim.says} | dict(self.claim.fields),
            "tested": self.claim.tested,
            "outcome": str(self.outcome),
            "sentence": self.sentence,
            "parts": [dict(vars(p)) for p in self.parts],
            "coverage": self.coverage,
            "effect": None if self.effect is None else {"value": self.effect.value, "unit": self.effect.unit},
            "counterexamples": [example.as_json() for example in self.counterexamples],
            "forward_rows": self.forward_rows,
            "advice": self.advice,
            "expect": None if self.expect is None else str(self.expect),
            "judge": self.judge,
            "rests_on": list(self.rests_on),
            "alike": list(self.alike),
        }

    def records(self) -> list[dict[str, Any]]:
        """One flat row for every part, ready for a table."""
        about = {"claim": self.claim.id, "kind": self.claim.kind, "outcome": str(self.outcome)}
        return [about | dict(vars(p)) for p in self.parts]

    def __str__(self) -> str:
        count = f" ({self.holding} of {len(self.parts)} parts)" if self.outcome is Outcome.MIXED else ""
        return visible(f"{self.outcome}{count}: {self.claim.id}: {self.sentence}")


def verdict_from_json(value: Mapping[str, Any]) -> Verdict:
    """The verdict that `Verdict.as_json` wrote, in this version or an older one.

    Raises:
        KeyError, TypeError, ValueError: something else wrote it.
    """
    fields = dict(value["claim"])
    text = ClaimText(fields.pop("id"), fields.pop("kind"), fields.pop("says"), fields, value.get("tested", ""))
    effect = None if value["effect"] is None else Effect(**value["effect"])
    parts = tuple(Case(**p) for p in value["parts"])
    kept = {name: value[name] for name in ("sentence", "coverage", "forward_rows", "advice")}
    return Verdict(
        claim=text,
        outcome=Outcome(value["outcome"]),
        parts=parts,
        effect=effect,
        counterexamples=tuple(map(counterexample_from_json, value["counterexamples"])),
        expect=Outcome(value["expect"]) if value.get("expect") else None,
        judge=value.get("judge", 1),
        rests_on=tuple(value.get("rests_on", ())),
        alike=tuple(value.get("alike", ())),
        **kept,
    )
