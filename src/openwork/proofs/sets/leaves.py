"""A box of a few inputs: each is enclosed by itself, in the native core."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.native.enclosure import enclose
from openwork.engines.native.engine import NativeEngine
from openwork.models import Stack
from openwork.proofs.sets.boxes import Boxes
from openwork.tasks import Task, Tokens


@dataclass(frozen=True, eq=False)
class Listed:
    """What the rows of some boxes came to.

    Attributes:
        least: `[box]`, the smallest lead of a row; infinite where no question is in it.
        open: `[box]`, how many rows of questions surely do not lead enough, or are not known to.
        wrong: token rows of questions that surely do not lead enough.
        rows: how many were enclosed.
    """

    least: NDArray[np.float64]
    open: NDArray[np.int64]
    wrong: Tokens
    rows: int


def list_boxes(
    engine: NativeEngine, stack: Stack, task: Task, boxes: Boxes, place: int, margin: float, visible: int
) -> Listed:
    """Every token row of these boxes up to `visible` positions, at the output number `place`."""
    rows, own = _rows(boxes, visible)
    real = _questions(task, rows, visible)
    rows, own = rows[real], own[real]
    graded = (task.graded[place],)
    least, wrong = np.full(len(boxes), np.inf), np.zeros((0, rows.shape[1]), np.int32)
    left = np.zeros(len(boxes), np.int64)
    if len(rows):
        answers = boxes.answers[own].astype(np.int32)[:, None]
        found = enclose(engine, stack, Dataset(rows, answers, graded, np.arange(len(rows), dtype=np.int64)))
        lower = np.where(np.isnan(found.lower), -np.inf, found.lower)
        sure = lower > margin
        np.minimum.at(least, own[sure], lower[sure])
        np.add.at(left, own[~sure], 1)
        if all(v.position < visible for v in task.variables):
            wrong = rows[found.upper <= margin]
    return Listed(least, left, wrong, len(rows))


def _rows(boxes: Boxes, visible: int) -> tuple[Tokens, NDArray[np.int64]]:
    """Every combination of what may stand at the first positions, and the box of each; the first symbol further on."""
    first = boxes.allowed.argmax(-1).astype(np.int32)
    found, own = [], []
    for number, allowed in enumerate(boxes.allowed[:, :visible]):
        grid = np.meshgrid(*(np.flatnonzero(one) for one in allowed), indexing="ij")
        rows = np.repeat(first[number : number + 1], grid[0].size, axis=0)
        rows[:, :visible] = np.stack([axis.ravel() for axis in grid], axis=1)
        found.append(rows)
        own.append(np.full(len(rows), number))
    return np.concatenate(found), np.concatenate(own)


def _questions(task: Task, rows: Tokens, visible: int) -> NDArray[np.bool_]:
    """Which rows are what some question looks like; where one has variables further on, all that may be."""
    variables = task.variables
    if any(v.position >= visible for v in variables):
        return np.ones(len(rows), bool)
    questions = rows[:, [v.position for v in variables]]
    fits = np.asarray((questions < [v.values for v in variables]).all(axis=1))
    fits[fits] = task.valid(questions[fits])
    fits[fits] = (task.tokens(questions[fits])[:, :visible] == rows[fits, :visible]).all(axis=1)
    return fits
