"""What was judged of a run's checkpoints before, so that asking again is instant and an interruption loses little."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from openwork.claims.claim import Claim
from openwork.claims.context import Context
from openwork.claims.over_training.result import Judgement, judgement_from_json
from openwork.claims.verdict import JUDGE
from openwork.data import Inputs

KEPT = "over training"


class Memory(Protocol):
    """Where results of a run are kept; `openwork.runs.KeptResults` is one."""

    def find(self, name: str, digest: str) -> dict[str, Any] | None:
        """What was kept under this name and digest; None where nothing was."""

    def keep(self, name: str, digest: str, result: Mapping[str, Any]) -> None:
        """Keeps it in place of what was there."""


@dataclass(eq=False)
class Book:
    """Judgements by the content of their claim and the epoch; what is new is written down now and then.

    Attributes:
        context: the model as it is now, for its task and inputs, which are part of what names a judgement. The weights
            are not: the memory is of one run, whose weights after an epoch are always the same.
        inputs: how the inputs were chosen.
        memory: where they are kept; None keeps nothing.
    """

    context: Context
    inputs: Inputs
    memory: Memory | None
    known: dict[str, dict[int, Judgement]]
    new: set[str] = field(default_factory=set)
    saved: float = field(default_factory=time.monotonic)
    digests: dict[int, str] = field(default_factory=dict)
    """of claims, by identity"""

    @classmethod
    def read(cls, context: Context, inputs: Inputs, memory: Memory | None, claims: Sequence[Claim]) -> Book:
        """What the memory has of these claims, which fit the model."""
        book = cls(context, inputs, memory, {})
        for claim in claims:
            digest = book._digest(claim)
            kept = None if memory is None else memory.find(KEPT, digest)
            judged = map(judgement_from_json, [] if kept is None else kept["judged"])
            book.known[digest] = {judgement.epoch: judgement for judgement in judged}
        return book

    def knows(self, claim: Claim, epoch: int) -> bool:
        """Whether this claim was judged at this checkpoint."""
        return epoch in self.known[self._digest(claim)]

    def of(self, claim: Claim, epoch: int) -> Judgement:
        """How it came out there; it must be known."""
        return self.known[self._digest(claim)][epoch]

    def add(self, claim: Claim, judgement: Judgement) -> None:
        """Writes one more in."""
        self.known[self._digest(claim)][judgement.epoch] = judgement
        self.new.add(self._digest(claim))

    def save(self, every: float = 0.0) -> None:
        """Writes down what is new, unless it was done less than `every` seconds ago."""
        if self.memory is None or time.monotonic() - self.saved < every:
            return
        for digest in sorted(self.new):
            judged = [judgement.as_json() for _, judgement in sorted(self.known[digest].items())]
            self.memory.keep(KEPT, digest, {"judged": judged})
        self.new.clear()
        self.saved = time.monotonic()

    def _digest(self, claim: Claim) -> str:
        """By all that decides a judgement at a checkpoint of one run."""
        if id(claim) not in self.digests:
            chosen = self.inputs
            content = [claim.text().digest, chosen.most, chosen.seed, chosen.only_right, JUDGE]
            content += claim.rests_on(self.context)
            self.digests[id(claim)] = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
        return self.digests[id(claim)]
