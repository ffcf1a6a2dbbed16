"""How right a stored model is, measured again: files from before format 3 do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from openwork.data import USUAL_INPUTS, Dataset, parts_of
from openwork.engines import choose_engine
from openwork.models import Stack
from openwork.runs.imported import imported_from_json, is_imported
from openwork.runs.tensors import Record, Row, read_weights
from openwork.training import Status, experiment_from_json


def remeasured(path: Path, experiment: Mapping[str, Any], row: Row) -> tuple[Status, Record]:
    """How a run with these final weights ended, and the record of its last epoch, whose cost nobody knows any more.

    Raises:
        OpenworkError: its task is not at hand, or the file is damaged.
    """
    if is_imported(experiment):
        imported = imported_from_json(experiment)
        stack = read_weights(path, imported.spec, row)
        whole = _measured(stack, USUAL_INPUTS.of(imported.task))
        return ("solved" if whole[2] == whole[3] else "finished"), [
            0,
            0.0,
            None,
            0,
            0.0,
            *whole,
            None,
            None,
            None,
            None,
        ]
    trained = experiment_from_json(experiment)
    stack = read_weights(path, trained.spec, row)
    on_train, held_out = parts_of(trained.task, trained.split)
    parts = [_measured(stack, part) for part in (on_train, held_out) if len(part)]
    solved = all(part[2] == part[3] for part in parts)
    status: Status = "diverged"
    if solved and trained.recipe.stop_when_solved:
        status = "solved"
    elif row[1] >= trained.recipe.epochs and np.isfinite(stack.flat).all():
        status = "finished"
    steps = row[1] * -(-len(on_train) // trained.recipe.batch_size)
    numbers = [number for part in parts for number in part] + [None] * (0 if len(parts) == 2 else 4)
    return status, [row[1], 0.0, None, steps, 0.0, *numbers]


def _measured(stack: Stack, inputs: Dataset) -> list[Any]:
    scores = choose_engine(stack.spec).engine.score(stack, inputs)
    loss = float(scores.loss[0])
    accuracy, right = float(scores.accuracy[0]), int(scores.sequences[0])
    return [loss if np.isfinite(loss) else None, accuracy, right, scores.inputs]
