"""What proving a model came to: where it is surely right, by how much, where it surely is not, and what is open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from openwork.analyses.result import Record, Result

VERSION = 1
"""of the method: what another version found is found again"""
ROOM = 16
"""radii by which the margin is stated below the smallest lead, so that a checker of another arithmetic reaches it"""


@dataclass(frozen=True)
class Open:
    """An input that is not proved.

    Attributes:
        question: its number in the task's domain.
        lower, upper: between which the lead of the right logit surely lies, where it leads least; None where nothing
            is known.
    """

    question: int
    lower: float | None
    upper: float | None

    @property
    def leads(self) -> str:
        """How far the right answer gets, in words."""
        if self.upper is None:
            return "its lead is unknown"
        lags, leads = f"a right answer lags by {-self.upper:.3g} or more", f"leads by {self.upper:.3g} at most"
        return lags if self.upper < 0 else leads

    @property
    def between(self) -> str:
        """In words."""
        low, high = ("unknown" if x is None else f"{x:.3g}" for x in (self.lower, self.upper))
        return f"between {low} and {high}"


@dataclass(frozen=True)
class AsRun:
    """What one engine's pass printed, which is another statement than the proof.

    Attributes:
        arithmetic: whose, for example `native avx512, float32`.
        right: inputs with every answer right.
        least: the smallest lead; None where a logit is not a number.
    """

    arithmetic: str
    right: int
    least: float | None


@dataclass(frozen=True)
class Proof(Result):
    """Over the real numbers: for the function that the weights define, whatever an engine's rounding makes of it.

    Attributes:
        inputs: questions in the domain.
        looked_at: how many were enclosed, from the first on; fewer where it was interrupted.
        proved: those on which every answer surely leads by more than `asked`.
        asked: the lead that was asked for.
        least: no answer of a proved input leads by less; None where none is proved.
        weakest: the number of the proved question with the smallest bound; -1 where none is proved.
        radius: the largest radius of a logit.
        wrong: questions that surely do not lead by so much, the first of them.
        n_wrong: how many there are.
        undecided: questions that nobody knows of, the first of them.
        n_undecided: how many there are.
        closer: questions that took more bits than float64's balls, and got them.
        closer_bits: the most bits that one took; 53 where none did.
        closer_reason: why open questions got no more bits; empty where they did.
        as_run: beside it, what was run.
        seconds: by the clock.
        forward_rows: inputs enclosed, and those scored beside it.
        same_as: whose answers were proved to lead, in words; empty for the task's right ones.
        sets: whether answers are sets of symbols, so that a lead is a logit's distance from 0 on its right side.
        at_mean: components that were set to their mean, joined by ` + `; empty for the model as it is.
    """

    inputs: int
    looked_at: int
    proved: int
    asked: float
    least: float | None
    weakest: int
    radius: float
    wrong: tuple[Open, ...]
    n_wrong: int
    undecided: tuple[Open, ...]
    n_undecided: int
    closer: int
    closer_bits: int
    closer_reason: str
    as_run: AsRun
    seconds: float
    forward_rows: int
    same_as: str = ""
    sets: bool = False
    at_mean: str = ""

    @property
    def whole(self) -> bool:
        """Whether every question of the domain is proved."""
        return self.proved == self.inputs

    @property
    def said(self) -> str:
        """What is proved of an answer."""
        said = f"the same answers as {self.same_as}" if self.same_as else "right"
        return f"with {self.at_mean} set to its mean, {said}" if self.at_mean else said

    @property
    def plain(self) -> bool:
        """Whether it is of the model as it is, and of the task's own answers."""
        return not self.same_as and not self.at_mean

    @property
    def margin(self) -> float | None:
        """The lead that every proved answer has at least, rounded down to four digits below the bound less some radii:
        what a certificate states; where radii are as large as the bound, half of it. None where nothing is proved."""
        if self.least is None:
            return None
        return rounded_down(max(self.least - ROOM * self.radius, self.least / 2))

    @property
    def title(self) -> str:
        return "Proved over the real numbers"

    @property
    def summary(self) -> str:
        if self.whole:
            return (
                f"Proved: {self.said} on every one of {self.inputs:,} inputs, by a margin of at least "
                f"{self.margin:.4g} in the logits{', from 0' if self.sets else ''}, over the real numbers."
            )
        said = []
        if self.n_wrong:
            said.append(
                f"{self.n_wrong:,} of {self.inputs:,} inputs surely do not lead by more than {self.asked:g}, first "
                f"question {self.wrong[0].question:,}"
            )
        if self.n_undecided:
            first = self.undecided[0]
            said.append(
                f"{self.n_undecided:,} are UNDECIDED, first question {first.question:,} with a lead "
                f"{first.between}" + (f" ({self.closer_reason})" if self.closer_reason else "")
            )
        if self.looked_at < self.inputs:
            said.append(f"{self.inputs - self.looked_at:,} were not looked at")
        what = "" if self.plain else f" ({self.said})"
        return f"Not proved as a whole{what}: {'; '.join(said)}. The other {self.proved:,} are proved."

    @property
    def short(self) -> str:
        """As half a sentence, to stand behind `right on all 65,536 inputs`; empty where not all of it is proved."""
        right = self.whole and self.plain
        return f"proved over the real numbers with margin {self.margin:.4g}" if right else ""

    @property
    def beside(self) -> str:
        """What was run, in one sentence, so that nobody takes one for the other."""
        run = self.as_run
        least = "" if run.least is None else f", by at least {run.least:.4g}"
        return f"As run ({run.arithmetic}): {self.said} on {run.right:,} of {self.looked_at:,} inputs{least}."

    def records(self) -> list[Record]:
        """One row for every input that is not proved, of the first of each kind."""
        return [
            {"question": one.question, "lead": one.between, "verdict": verdict}
            for verdict, some in (("not so", self.wrong), ("undecided", self.undecided))
            for one in some
        ]

    def as_json(self) -> dict[str, Any]:
        """In plain values; `proof_from_json` reads them."""
        return {"version": VERSION, "margin": self.margin, **asdict(self)}


def proof_from_json(kept: Mapping[str, Any]) -> Proof | None:
    """What `Proof.as_json` gave, after its way through JSON; None where it is another version's."""
    if kept.get("version") != VERSION:
        return None
    fields = {name: value for name, value in kept.items() if name not in ("version", "margin")}
    for some in ("wrong", "undecided"):
        fields[some] = tuple(Open(**one) for one in fields[some])
    return Proof(**fields | {"as_run": AsRun(**fields["as_run"])})


def rounded_down(x: float, digits: int = 4) -> float:
    """To so many digits, never up."""
    if x == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(x))) - digits + 1)
    down = float(f"{math.floor(x / unit) * unit:.{digits - 1}e}")
    return down if down <= x else float(f"{(math.floor(x / unit) - 1) * unit:.{digits - 1}e}")
