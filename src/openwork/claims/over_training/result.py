"""Claims over a model's training: how each came out at every checkpoint that was judged, and since when it is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from openwork.analyses import Record, Result, all_asked
from openwork.claims.verdict import ClaimText, Effect, Outcome, Verdict, outcome_of
from openwork.runs import EpochRecord


@dataclass(frozen=True)
class Judgement:
    """One claim at one checkpoint.

    Attributes:
        epoch: epochs finished; 0 is before the first.
        outcome: what `check` says of the model as it was then.
        numbers: what the cases say by themselves. It differs from `outcome` where the model does not solve the task,
            or is right on too few inputs: how it works cannot be judged then, and `outcome` is UNDECIDED.
        holding: how many cases hold.
        cases: of how many.
        effect: how large what was found is; None where nothing was measured.
        coverage: on how much it was measured.
    """

    epoch: int
    outcome: Outcome
    numbers: Outcome
    holding: int
    cases: int
    effect: Effect | None
    coverage: str

    @property
    def decided(self) -> bool:
        """Whether the numbers say what `outcome` says."""
        return self.outcome is self.numbers

    def __str__(self) -> str:
        said = f"{self.outcome}, {self.holding} of {self.cases} cases hold" if self.cases else str(self.outcome)
        effect = "" if self.effect is None else f"; {self.effect}"
        return said + effect + ("" if self.decided else "; the task is not solved")

    def as_json(self) -> dict[str, Any]:
        """In plain values; `judgement_from_json` reads them."""
        return {
            "epoch": self.epoch,
            "outcome": str(self.outcome),
            "numbers": str(self.numbers),
            "holding": self.holding,
            "cases": self.cases,
            "effect": None if self.effect is None else {"value": self.effect.value, "unit": self.effect.unit},
            "coverage": self.coverage,
        }


def judgement_of(epoch: int, verdict: Verdict) -> Judgement:
    """What is kept of a verdict on the model after this epoch."""
    numbers = outcome_of(verdict.parts)
    cases = len(verdict.parts)
    return Judgement(epoch, verdict.outcome, numbers, verdict.holding, cases, verdict.effect, verdict.coverage)


def judgement_from_json(value: Mapping[str, Any]) -> Judgement:
    """The judgement that `Judgement.as_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: something else wrote it.
    """
    effect = None if value["effect"] is None else Effect(**value["effect"])
    outcomes = Outcome(value["outcome"]), Outcome(value["numbers"])
    return Judgement(value["epoch"], *outcomes, value["holding"], value["cases"], effect, value["coverage"])


@dataclass(frozen=True)
class Since:
    """A checkpoint at which something was found, and the last one judged before it, at which it was not yet so."""

    epoch: int
    before: int | None
    """None where it was so at the first checkpoint judged"""

    @property
    def skips(self) -> bool:
        """Whether there were epochs between the two."""
        return self.before is not None and self.before < self.epoch - 1

    def __str__(self) -> str:
        """`epoch 24`; or, where others lie between, `epoch 24 (not yet 20)`."""
        return f"epoch {self.epoch} (not yet {self.before})" if self.skips else f"epoch {self.epoch}"


@dataclass(frozen=True)
class ClaimOverTraining:
    """One claim at every checkpoint at which it was judged, in order.

    It is true where its outcome is CONFIRMED. That its numbers hold of a model that does not solve the task is told
    apart, and never counts as true: many claims hold of a model that knows nothing.
    """

    claim: ClaimText
    judged: tuple[Judgement, ...]

    @property
    def first(self) -> Since | None:
        """Where it was true for the first time; None if never."""
        return next((self._since(i) for i, j in enumerate(self.judged) if _true(j)), None)

    @property
    def for_good(self) -> Since | None:
        """From where on it was true at every checkpoint judged, to the last; None if it did not end so."""
        return self._lasting(_true)

    @property
    def numbers_for_good(self) -> Since | None:
        """From where on its numbers held, whether or not the task was solved; None if they did not hold at the end."""
        return self._lasting(lambda judgement: judgement.numbers is Outcome.CONFIRMED)

    @property
    def spells(self) -> tuple[tuple[int, int], ...]:
        """The runs of checkpoints judged at which it was true: the epochs of the first and the last of each."""
        spells: list[tuple[int, int]] = []
        for before, judgement in zip((None, *self.judged), self.judged, strict=False):
            if _true(judgement):
                start = spells.pop()[0] if before is not None and _true(before) else judgement.epoch
                spells.append((start, judgement.epoch))
        return tuple(spells)

    @property
    def sentence(self) -> str:
        """When it was true, in words."""
        if not self.judged:
            return "Not judged."
        if self.for_good is not None:
            said = f"True for good from {self.for_good}"
            times = len(self.spells) - 1
            said += f"; first at {self.first}, and false again {_times(times)} since" if times else ""
        elif self.first is not None:
            ended = self.judged[-1].outcome
            said = f"First true at {self.first}, and not at the end, where it is {ended}"
        else:
            said = f"Never true; {self.judged[-1].outcome} at the end"
        held = self.numbers_for_good
        if held is not None and held != self.for_good:
            said += f"; its numbers held from {held}, where the task was not solved"
        return f"{said}."

    def _lasting(self, holds: Callable[[Judgement], bool]) -> Since | None:
        start = len(self.judged)
        while start and holds(self.judged[start - 1]):
            start -= 1
        return self._since(start) if start < len(self.judged) else None

    def _since(self, index: int) -> Since:
        return Since(self.judged[index].epoch, self.judged[index - 1].epoch if index else None)


@dataclass(frozen=True)
class Aside:
    """A claim that was not judged at checkpoints, and why."""

    claim: ClaimText
    why: str


@dataclass(frozen=True)
class OverTraining(Result):
    """Claims over the training of one model, next to its loss and accuracy.

    Attributes:
        run: the model's name.
        history: every recorded epoch, ascending.
        epochs: the checkpoints judged, ascending; 0 is before training.
        claims: each with how it came out at those.
        aside: claims that no checkpoint decides.
        coverage: on how much it was measured.
        forward_rows: inputs that all this takes through the model where none of it is known.
        drawn: whether the model was trained on drawn questions, so that these are all that it was asked in training.
    """

    run: str
    history: tuple[EpochRecord, ...]
    epochs: tuple[int, ...]
    claims: tuple[ClaimOverTraining, ...]
    aside: tuple[Aside, ...]
    coverage: str
    forward_rows: int
    drawn: bool = False

    @property
    def recorded(self) -> int:
        """How many checkpoints there are, the one before training included."""
        return len(self.history) + 1

    @property
    def solved_for_good(self) -> int | None:
        """The first recorded epoch from which on the model was right on every input; None if it did not end so."""
        good = None
        for record in reversed(self.history):
            if not record.solved:
                break
            good = record.epoch
        return good

    @property
    def title(self) -> str:
        return f"{_claims(len(self.claims))} over training, at {len(self.epochs)} of {self.recorded} checkpoints"

    @property
    def summary(self) -> str:
        good = [found for found in self.claims if found.for_good is not None]
        once = [found for found in self.claims if found.for_good is None and found.first is not None]
        never = len(self.claims) - len(good) - len(once)
        kinds = ((len(good), "true for good"), (len(once), "true for a while"), (never, "never true"))
        said = ", ".join(f"{count} {what}" for count, what in kinds if count)
        solved, last = self.solved_for_good, self.history[-1] if self.history else None
        asked = sum(part.inputs for part in (last.train, last.held_out) if part is not None) if last else 0
        every = all_asked(asked, self.drawn)
        task = f"The model was not right on {every} at the end"
        if solved is not None:
            task = f"The model was right on {every} for good from epoch {solved}"
        gaps = "" if len(self.epochs) == self.recorded else " What happened between the checkpoints is not known."
        return f"{task}. Of {_claims(len(self.claims))}: {said}.{gaps}"

    def steps(self) -> dict[int, int]:
        """Optimiser steps finished after each recorded epoch, and 0 before the first."""
        return {0: 0} | {record.epoch: record.step for record in self.history}

    def records(self) -> list[Record]:
        steps, rows = self.steps(), {record.epoch: record for record in self.history}
        return [
            _record(found.claim, judgement, steps[judgement.epoch]) | _learned(rows.get(judgement.epoch))
            for found in self.claims
            for judgement in found.judged
        ]

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        return {
            "epochs": list(self.epochs),
            "recorded": self.recorded,
            "coverage": self.coverage,
            "summary": self.summary,
            "forward_rows": self.forward_rows,
            "learned": [_learned(record) | {"epoch": record.epoch, "step": record.step} for record in self.history],
            "claims": [_plain(found) for found in self.claims],
            "aside": [{"id": aside.claim.id, "says": aside.claim.says, "why": aside.why} for aside in self.aside],
        }


def _record(claim: ClaimText, judgement: Judgement, step: int) -> Record:
    effect = judgement.effect
    return {
        "claim": claim.id,
        "kind": claim.kind,
        "epoch": judgement.epoch,
        "step": step,
        "outcome": str(judgement.outcome),
        "numbers": str(judgement.numbers),
        "holding": judgement.holding,
        "cases": judgement.cases,
        "effect": float("nan") if effect is None else effect.value,
        "unit": "" if effect is None else effect.unit,
        "coverage": judgement.coverage,
    }


def _plain(found: ClaimOverTraining) -> dict[str, Any]:
    since = {"first": found.first, "for_good": found.for_good, "numbers_for_good": found.numbers_for_good}
    return {
        "claim": {"id": found.claim.id, "kind": found.claim.kind, "says": found.claim.says} | dict(found.claim.fields),
        "sentence": found.sentence,
        "spells": [list(spell) for spell in found.spells],
        "judged": [judgement.as_json() for judgement in found.judged],
    } | {name: None if s is None else {"epoch": s.epoch, "not_yet": s.before} for name, s in since.items()}


def _learned(record: EpochRecord | None) -> Record:
    """Loss and accuracy after an epoch; before the first, and where nothing is held out, NaN."""
    nothing = float("nan")
    train, held_out = (None, None) if record is None else (record.train, record.held_out)
    return {
        "train_loss": nothing if train is None else train.loss,
        "train_accuracy": nothing if train is None else train.accuracy,
        "held_out_loss": nothing if held_out is None else held_out.loss,
        "held_out_accuracy": nothing if held_out is None else held_out.accuracy,
    }


def _true(judgement: Judgement) -> bool:
    return judgement.outcome is Outcome.CONFIRMED


def _claims(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
