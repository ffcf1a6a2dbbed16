"""How a model learned: its rows epoch by epoch, and when it was first right on everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from openwork.analyses.coverage import all_asked
from openwork.analyses.result import Record, Result, percent


class MeasuredPart(Protocol):
    """How right a model was on one part of the split; `openwork.training.Measured` is one."""

    @property
    def loss(self) -> float:
        """nats"""

    @property
    def accuracy(self) -> float:
        """share of graded positions"""

    @property
    def sequences(self) -> int:
        """inputs right at every graded position"""

    @property
    def inputs(self) -> int:
        """inputs in this part"""


class EpochRow(Protocol):
    """One epoch; `openwork.training.Progress` is one."""

    @property
    def epoch(self) -> int:
        """from 1"""

    @property
    def lr(self) -> float:
        """learning rate of this epoch"""

    @property
    def running_loss(self) -> float:
        """mean over the epoch's batches as they went, in nats"""

    @property
    def train(self) -> MeasuredPart:
        """on the training inputs, after the epoch"""

    @property
    def held_out(self) -> MeasuredPart | None:
        """on the held-out inputs, after the epoch; None where there are none"""


@dataclass(frozen=True)
class LearningCurve(Result):
    """One model's training.

    Attributes:
        rows: one for each epoch, ascending.
        first_solved: the first epoch at whose end every input was answered right; None if never.
        solved_for_good: the first epoch from whose end on every input stayed right; None if it did not end so.
        drawn: whether it was trained on drawn questions, so that these are all that it was asked.
    """

    rows: tuple[EpochRow, ...]
    first_solved: int | None
    solved_for_good: int | None
    forward_rows: int = 0
    drawn: bool = False

    @property
    def title(self) -> str:
        return f"Learning curve over {len(self.rows)} epochs"

    @property
    def summary(self) -> str:
        if not self.rows:
            return "Not trained."
        last = self.rows[-1]
        every = all_asked(last.train.inputs + (0 if last.held_out is None else last.held_out.inputs), self.drawn)
        if self.first_solved is None:
            held_out = "" if last.held_out is None else f", {percent(last.held_out.accuracy)} held out"
            return (
                f"Never right on {every} in {last.epoch} epoch{'' if last.epoch == 1 else 's'}; "
                f"it ended at {percent(last.train.accuracy)} in training{held_out}."
            )
        if self.solved_for_good is None:
            return f"First right on {every} after epoch {self.first_solved}, but not at the end."
        later = "" if self.solved_for_good == self.first_solved else f", for good from epoch {self.solved_for_good}"
        return f"First right on {every} after epoch {self.first_solved}{later}."

    def records(self) -> list[Record]:
        records: list[Record] = []
        for row in self.rows:
            held_out = row.held_out
            records.append(
                {
                    "epoch": row.epoch,
                    "lr": row.lr,
                    "running_loss": row.running_loss,
                    "train_loss": row.train.loss,
                    "train_accuracy": row.train.accuracy,
                    "held_out_loss": float("nan") if held_out is None else held_out.loss,
                    "held_out_accuracy": float("nan") if held_out is None else held_out.accuracy,
                    "solved": _solved(row),
                }
            )
        return records


def learning_curve(rows: Iterable[EpochRow], drawn: bool = False) -> LearningCurve:
    """The curve of one model from its epochs, in any order; runs nothing.

    Args:
        rows: its epochs.
        drawn: whether it was trained on drawn questions.
    """
    ordered = tuple(sorted(rows, key=lambda row: row.epoch))
    solved = [row.epoch for row in ordered if _solved(row)]
    good = None
    for row in reversed(ordered):
        if not _solved(row):
            break
        good = row.epoch
    return LearningCurve(ordered, solved[0] if solved else None, good, drawn=drawn)


def _solved(row: EpochRow) -> bool:
    parts = [row.train] if row.held_out is None else [row.train, row.held_out]
    return all(part.sequences == part.inputs for part in parts)
