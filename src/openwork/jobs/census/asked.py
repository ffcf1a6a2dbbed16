"""What a census is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openwork.errors import OpenworkError, Reason
from openwork.runs import Keep
from openwork.tasks.shuffled import shuffled
from openwork.training import Experiment

WITH_CHECKPOINTS: tuple[Keep, ...] = ("all", "solved")
"""rules that leave a solved run the weights that its training went through"""


@dataclass(frozen=True)
class CensusAsked:
    """What a census is of.

    Attributes:
        experiment: what to train.
        seeds: with which.
        seconds: how long to look for the program of one model.
        proves: prove solved models too.
        null: how many models of random weights to ask the same.
        shuffled: how many seeds to train on shuffled answers and ask the same.
        over_training: of how many models to ask since when their programs hold.
    """

    experiment: Experiment
    seeds: Sequence[int]
    seconds: float
    proves: bool = False
    null: int = 0
    shuffled: int = 0
    over_training: int = 0

    @property
    def of_shuffled(self) -> CensusAsked:
        """The same of the first seeds on shuffled answers.

        Raises:
            TaskError: the answers cannot be shuffled.
        """
        experiment = replace(self.experiment, task=shuffled(self.experiment.task))
        return CensusAsked(experiment, list(self.seeds)[: self.shuffled], self.seconds)


def require_possible(asked: CensusAsked, keep: Keep = "all") -> None:
    """Nothing where all that is asked for can be had.

    Args:
        asked: of what.
        keep: what is kept of checkpoints.

    Raises:
        TaskError: the answers cannot be shuffled.
        OpenworkError: checkpoints are asked for that would not be kept.
    """
    if asked.shuffled:
        shuffled(asked.experiment.task)
    if asked.over_training and keep not in WITH_CHECKPOINTS:
        what = f"frees the checkpoints of solved seeds, which --over-training {asked.over_training} looks at"
        raise OpenworkError("there can be no such census", Reason(f"--keep {keep}", what, "write --keep solved"))
