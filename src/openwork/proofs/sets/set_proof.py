"""What proving by sets of inputs came to: of how many questions, at least, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from openwork.analyses.result import Record, Result
from openwork.proofs.proof import AsRun, rounded_down
from openwork.tasks import format_count

VERSION = 2
"""of the method: what another version found is found again"""
BELOW = 1e-9
"""in proportion, by which the margin is stated below the smallest lead"""


@dataclass(frozen=True)
class OutputProof:
    """Of one output.

    Attributes:
        output: its name.
        cases: in how many cases the task's questions were looked at.
        boxes: how many bounds were computed.
        rows: inputs that were enclosed each by itself.
        unproved: no more questions than this are not proved here.
        open: boxes that are left.
        least: no proved answer leads by less; None where none is proved.
        seconds: of the processor.
    """

    output: str
    cases: int
    boxes: int
    rows: int
    unproved: int
    open: int
    least: float | None
    seconds: float

    def said(self, size: int) -> str:
        """What it came to, of so many questions, in one line."""
        told = "proved whole" if not self.unproved else f"{share_of(size - self.unproved, size)} proved"
        least = "" if self.least is None else f", by at least {rounded_down(self.least * (1 - BELOW)):.4g}"
        left = f", {self.open:,} sets left to look at" if self.open else ""
        return f"{self.output}: {told}{least}; {self.boxes:,} bounds, {self.seconds:.1f} s of processor time{left}"


@dataclass(frozen=True)
class SetProof(Result):
    """Over the real numbers, of sets of inputs; questions are counted exactly, and never drawn.

    Attributes:
        inputs: questions in the domain.
        asked: the lead that was asked for.
        outputs: each by itself.
        wrong: numbers of questions that surely do not lead by so much, the first that were met.
        as_run: beside it, what was run.
        ran: on how many questions, drawn or all.
        seconds: of the processor.
        interrupted: whether somebody ended it.
        left: what is needed to go on, in plain values; empty where nothing is left to do.
        forward_rows: inputs enclosed each by itself, and those scored beside it.
    """

    inputs: int
    asked: float
    outputs: tuple[OutputProof, ...]
    wrong: tuple[int, ...]
    as_run: AsRun
    ran: int
    seconds: float
    interrupted: bool
    left: tuple[dict[str, Any], ...]
    forward_rows: int

    @property
    def proved(self) -> int:
        """So many questions, at least, have every answer right by more than `asked`."""
        return max(0, self.inputs - sum(one.unproved for one in self.outputs))

    @property
    def whole(self) -> bool:
        """Whether every question of the domain is proved."""
        return self.proved == self.inputs

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to look at."""
        return not any(one.open for one in self.outputs)

    @property
    def boxes(self) -> int:
        """Bounds that were computed."""
        return sum(one.boxes for one in self.outputs)

    @property
    def margin(self) -> float | None:
        """The lead that every proved answer has at least, rounded down to four digits; None where nothing is proved."""
        leads = [one.least for one in self.outputs if one.least is not None]
        return rounded_down(min(leads) * (1 - BELOW)) if leads else None

    @property
    def share(self) -> str:
        """The share that is proved, rounded down."""
        return share_of(self.proved, self.inputs)

    @property
    def title(self) -> str:
        return "Proved over the real numbers, by sets of inputs"

    @property
    def summary(self) -> str:
        size = format_count(self.inputs)
        if self.whole:
            return (
                f"Proved by sets of inputs: right on every one of {size} inputs, by a margin of at least "
                f"{self.margin:.4g} in the logits, over the real numbers ({self.boxes:,} bounds)."
            )
        left = [f"{sum(one.open for one in self.outputs):,} sets are left to look at"] if not self.ended else []
        left += (
            [f"some surely do not lead by more than {self.asked:g}, as question {self.wrong[0]:,}"]
            if self.wrong
            else []
        )
        more = f"; {' and '.join(left)}" if left else ""
        return (
            f"Proved by sets of inputs: right on at least {self.share} of {size} inputs, over the real numbers{more}."
        )

    @property
    def short(self) -> str:
        """As half a sentence, to stand behind `right on all 65,536 inputs`; empty where not all of it is proved."""
        return f"proved over the real numbers with margin {self.margin:.4g}" if self.whole else ""

    @property
    def beside(self) -> str:
        """What was run, in one sentence, so that nobody takes one for the other."""
        run, drawn = self.as_run, "" if self.ran == self.inputs else " drawn"
        least = "" if run.least is None else f", by at least {run.least:.4g}"
        return f"As run ({run.arithmetic}): right on {run.right:,} of {self.ran:,}{drawn} inputs{least}."

    def records(self) -> list[Record]:
        """One row for every output."""
        return [
            {
                "output": one.output,
                "cases": one.cases,
                "bounds": one.boxes,
                "unproved": str(one.unproved),
                "open": one.open,
                "least": "" if one.least is None else one.least,
                "seconds": round(one.seconds, 3),
            }
            for one in self.outputs
        ]

    def as_json(self) -> dict[str, Any]:
        """In plain values; `set_proof_from_json` reads them. Counts are texts, for they may be larger than JSON's
        readers have room for."""
        held = asdict(self)
        for one in held["outputs"]:
            one["unproved"] = str(one["unproved"])
        told = {"version": VERSION, "margin": self.margin, "share": self.share, "proved": str(self.proved)}
        return told | held | {"inputs": str(self.inputs), "wrong": [str(one) for one in self.wrong]}


def share_of(some: int, size: int) -> str:
    """In percent, rounded down; whole numbers of any size."""
    return "100 %" if some == size else f"{some * 10**6 // size / 10**4:.4f} %"


def set_proof_from_json(kept: Mapping[str, Any]) -> SetProof | None:
    """What `SetProof.as_json` gave, after its way through JSON; None where it is another version's."""
    if kept.get("version") != VERSION:
        return None
    fields = {name: value for name, value in kept.items() if name not in ("version", "margin", "share", "proved")}
    fields["inputs"] = int(fields["inputs"])
    fields["outputs"] = tuple(OutputProof(**one | {"unproved": int(one["unproved"])}) for one in fields["outputs"])
    fields["wrong"] = tuple(int(one) for one in fields["wrong"])
    fields["left"] = tuple(fields["left"])
    return SetProof(**fields | {"as_run": AsRun(**fields["as_run"])})
