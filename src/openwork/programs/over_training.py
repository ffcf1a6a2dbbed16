"""A program over its model's training: since when its answers are the model's, and since when each line is realised."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openwork.analyses import Subject
from openwork.analyses.result import Record, Result
from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.program import Program
from openwork.programs.verdicts.equal import equal
from openwork.programs.verdicts.fresh import fresh
from openwork.programs.verdicts.realised import REALISED, of_line

POINTS = 33
"""checkpoints that are looked at, unless asked otherwise"""
PAIRS = 1024
"""pairs for each line and checkpoint"""


@dataclass(frozen=True)
class Since:
    """From where on something held at every checkpoint measured.

    Attributes:
        epoch: the first of these.
        before: the last one measured at which it did not; None where it always did.
    """

    epoch: int
    before: int | None

    def __str__(self) -> str:
        skips = self.before is not None and self.before < self.epoch - 1
        return f"epoch {self.epoch}" + (f" (not yet {self.before})" if skips else "")


@dataclass(frozen=True)
class PartOverTraining:
    """How one part of a program did at each checkpoint.

    Attributes:
        name: a variable's, or `the answers`.
        least: the share from which on it holds.
        shares: of inputs answered alike, or of pairs that followed; at each of the epochs.
    """

    name: str
    least: float
    shares: tuple[float, ...]

    def since(self, epochs: Sequence[int]) -> Since | None:
        """From where on it held to the last of these; None if it does not hold there."""
        held = len(epochs)
        while held and self.shares[held - 1] >= self.least:
            held -= 1
        return Since(epochs[held], epochs[held - 1] if held else None) if held < len(epochs) else None


@dataclass(frozen=True)
class ProgramOverTraining(Result):
    """One program at checkpoints of its model's training.

    Attributes:
        run: the model's name.
        epochs: measured, ascending; 0 is before training.
        recorded: how many checkpoints there are.
        parts: the answers, then each line.
    """

    run: str
    epochs: tuple[int, ...]
    recorded: int
    parts: tuple[PartOverTraining, ...]
    forward_rows: int = 0

    @property
    def title(self) -> str:
        return f"The program over training, at {len(self.epochs)} of {self.recorded} checkpoints"

    @property
    def summary(self) -> str:
        answers, *lines = self.parts
        equal = answers.since(self.epochs)
        said = "The program's answers are not the model's at the end"
        if equal is not None:
            said = f"The program's answers are the model's on every input since {equal}"
        held = [since.epoch for line in lines if (since := line.since(self.epochs)) is not None]
        if lines:
            said += f"; {len(held)} of {len(lines)} lines are realised at the end"
            said += f", the first since epoch {min(held)}, the last since {max(held)}" if held else ""
        return f"{said}."

    def as_json(self) -> dict[str, Any]:
        """In plain values."""
        parts = []
        for part in self.parts:
            since = part.since(self.epochs)
            told = None if since is None else {"epoch": since.epoch, "not_yet": since.before}
            parts.append({"part": part.name, "at_least": part.least, "shares": part.shares, "since": told})
        return {"epochs": self.epochs, "recorded": self.recorded, "summary": self.summary, "parts": parts}

    def records(self) -> list[Record]:
        """A row for each part and checkpoint."""
        return [
            {"part": part.name, "epoch": epoch, "share": share, "holds": share >= part.least}
            for part in self.parts
            for epoch, share in zip(self.epochs, part.shares, strict=True)
        ]


def over_training(
    run: str,
    subject_at: Callable[[int], Subject | None],
    recorded: Sequence[int],
    program: Program,
    points: int = POINTS,
    seed: int = 0,
    watch: Watch = silent,
    known: MutableMapping[int, list[float]] | None = None,
) -> ProgramOverTraining:
    """The program, found at the end, on the model as it was at checkpoints, evenly spread.

    Costs at each one forward row per input, and one for each line and pair.

    Args:
        run: the model's name.
        subject_at: the model after an epoch; None where its weights are not numbers: nothing holds there.
        recorded: the epochs that have weights, ascending.
        program: with the places of its lines.
        points: how many checkpoints to look at, the first and the last among them.
        seed: of the pairs.
        watch: is told how far it is.
        known: by epoch, what was measured before, the answers first, then each line; what is measured now joins it.
    """
    known = {} if known is None else known
    where = np.unique(np.linspace(0, len(recorded) - 1, min(points, len(recorded))).round().astype(int))
    epochs = tuple(recorded[n] for n in where)
    for number, epoch in enumerate(epochs):
        if epoch in known:
            continue
        watch(Step(f"the program at epoch {epoch}", number / len(epochs), 0))
        subject = subject_at(epoch)
        known[epoch] = [0.0] * (1 + len(program.variables)) if subject is None else _shares(subject, program, seed)
    rows = [known[epoch] for epoch in epochs]
    names = ("the answers", *(variable.name for variable in program.variables))
    least = (1.0, *(REALISED for _ in program.variables))
    columns = zip(names, least, zip(*rows, strict=True), strict=True)
    return ProgramOverTraining(run, epochs, len(recorded), tuple(PartOverTraining(*column) for column in columns))


def _shares(subject: Subject, program: Program, seed: int) -> list[float]:
    network = fresh(Network.of(subject))
    if network.no_numbers:
        return [0.0] * (1 + len(program.variables))
    whole = network.subject.whole
    drawn = Drawn.of(network, "over training", seed, PAIRS) if whole else Drawn.apart(network, PAIRS)
    shares = [equal(network, program).share]
    for variable in program.variables:
        narrowed, pairs = of_line(network, program, variable, drawn.take(PAIRS), seed)
        shares += [rate.share for rate in pairs.rates(network, narrowed, variable, [variable.sites])]
    return shares
