"""The inputs that a split gives: those trained on and those held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openwork.data.dataset import Dataset, dataset_of
from openwork.data.randomness import chance_of_rows
from openwork.data.sample import draw_such
from openwork.data.split import DataSplit
from openwork.tasks import Task, Tokens


def parts_of(task: Task, split: DataSplit) -> tuple[Dataset, Dataset]:
    """The inputs trained on, in the first epoch where each draws its own, and those held out.

    Raises:
        RecipeError: as `Split.sizes`; or the task's sampler draws nothing for one of them.
    """
    train, held_out = split.sizes(task)
    if split.inputs is None:
        one, other = split.parts(train + held_out)
        return dataset_of(task, one), dataset_of(task, other)

    def kept(questions: Tokens) -> NDArray[np.bool_]:
        return is_held_out(split, questions)

    return drawn_inputs(task, split, 0), draw_such(task, held_out, kept, "held out", split.seed)


def drawn_inputs(task: Task, split: DataSplit, epoch: int) -> Dataset:
    """What this epoch of a split that draws trains on, from 0; without `fresh`, all epochs train on those of epoch 0.

    Raises:
        RecipeError: the task's sampler draws only what is held out.
    """
    train, _ = split.sizes(task)
    return draw_such(task, train, lambda questions: ~is_held_out(split, questions), "trained on", split.seed, epoch)


def is_held_out(split: DataSplit, questions: Tokens) -> NDArray[np.bool_]:
    """On which side of a split that draws each question lies, whenever it is drawn: `[input, variable] -> [input]`."""
    return chance_of_rows(questions, "held out", split.seed) < split.held_out
