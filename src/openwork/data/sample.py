"""Questions drawn from a task's sampler: the same for a seed on every machine, and a larger sample begins alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from openwork.data.dataset import Dataset, dataset_asking
from openwork.data.randomness import Stream, bits
from openwork.errors import Reason, RecipeError
from openwork.tasks import Task, Tokens

BLOCK = 1024
"""questions that one stream draws"""
PATIENCE = 1000
"""blocks without a question of the kind wanted, after which there is taken to be none"""


def draw(task: Task, inputs: int, seed: int = 0) -> Dataset:
    """Questions drawn independently, so that some may occur twice: a mean over them has an interval for all of them."""
    blocks = _blocks(task, "sample", seed)
    asked = np.concatenate([next(blocks) for _ in range(-(-inputs // BLOCK))])[:inputs]
    return dataset_asking(task, asked, sample_seed=seed)


def draw_such(
    task: Task, inputs: int, wanted: Callable[[Tokens], NDArray[np.bool_]], purpose: str, *seeds: int
) -> Dataset:
    """Questions drawn independently among those for which `wanted` is true: `[input, variable] -> [input]`.

    Raises:
        RecipeError: none are found, however long one draws.
    """
    rows: list[Tokens] = [np.empty((0, len(task.variables)), np.int32)]
    count = waited = 0
    for asked in _blocks(task, purpose, *seeds):
        if count >= inputs:
            return dataset_asking(task, np.concatenate(rows)[:inputs])
        if waited == PATIENCE:
            break
        rows.append(asked[wanted(asked)])
        count, waited = count + len(rows[-1]), 0 if len(rows[-1]) else waited + 1
    what = f"{inputs:,} are wanted, and drawing from {task} finds none on this side of the split"
    raise RecipeError("not enough questions", Reason("split", what, "take another split seed, or hold out none"))


def _blocks(task: Task, purpose: str, *seeds: int) -> Iterator[Tokens]:
    block = 0
    while True:
        yield task.sample(Stream(bits(purpose, *seeds, block)), BLOCK)
        block += 1
