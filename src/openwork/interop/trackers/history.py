"""What is said of a run outside: its choices, flat, and what was measured after each epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openwork.runs import EpochRecord, Run
from openwork.training import Measured


@dataclass(frozen=True)
class Point:
    """One recorded epoch: when it had ended, in seconds since 1970, and its numbers by name; those that are not finite
    are left out."""

    epoch: int
    when: float
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class History:
    """A run.

    Attributes:
        run: its name.
        title: for people: task and seed.
        task: the task's name.
        experiment: hash of all but the seed, by which runs are grouped.
        choices: all that decided it, by dotted name, as `recipe.lr`; texts, numbers and truths, None left out.
        points: ascending; none of an imported model has an epoch above 0.
        ended: how it came out: `status`, `solved`, `solved_epoch` where there is one, and the last numbers.
    """

    run: str
    title: str
    task: str
    experiment: str
    choices: Mapping[str, str | float | bool]
    points: tuple[Point, ...]
    ended: Mapping[str, str | float | bool]


def history_of(run: Run) -> History:
    """What is said of a run.

    Raises:
        TaskError: the task belongs to a package that is not installed here.
    """
    choices = dict(_flat("", run.source.as_json())) | {"seed": run.seed, "engine": run.engine}
    points, when = [], datetime.fromisoformat(run.created).timestamp()
    for record in run.history:
        when += record.seconds
        points.append(Point(record.epoch, when, _numbers(record)))
    ended: dict[str, str | float | bool] = {"status": run.status, "solved": run.solved}
    if run.first_solved_epoch is not None:
        ended["solved_epoch"] = run.first_solved_epoch
    ended |= points[-1].numbers
    return History(
        run.name, f"{run.task_name} seed {run.seed}", run.task_name, run.experiment_key, choices, tuple(points), ended
    )


def _flat(prefix: str, value: Any) -> list[tuple[str, str | float | bool]]:
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _flat(f"{prefix}.{key}" if prefix else key, inner)]
    if value is None:
        return []
    return [(prefix, value if isinstance(value, str | int | float | bool) else str(value))]


def _numbers(record: EpochRecord) -> dict[str, float]:
    found = {"lr": record.lr, "running_loss": record.running_loss, "step": float(record.step)}
    found |= _of("train", record.train) | ({} if record.held_out is None else _of("held_out", record.held_out))
    return {name: number for name, number in found.items() if math.isfinite(number)}


def _of(part: str, measured: Measured) -> dict[str, float]:
    return {f"{part}/loss": measured.loss, f"{part}/accuracy": measured.accuracy}
