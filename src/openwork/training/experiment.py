"""An experiment: everything but the seed that decides what a model becomes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from openwork.data import Split
from openwork.errors import RecipeError
from openwork.models import ModelSpec, reasons_of, require_fit
from openwork.tasks import Task, make_task
from openwork.training.recipe import Recipe


@dataclass(frozen=True)
class Experiment:
    """A task, a model, a recipe and a split. With a seed it names one run.

    Raises:
        SpecError: the model does not fit the task.
        RecipeError: the split leaves nothing to train on.
    """

    task: Task
    spec: ModelSpec
    recipe: Recipe
    split: Split

    def __post_init__(self) -> None:
        require_fit(self.spec, self.task)
        self.split.train_size(self.task.domain_size)

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values; `experiment_from_json` reads them."""
        return {
            "task": {"name": self.task.name, "params": dict(self.task.params)},
            "spec": self.spec.model_dump(),
            "recipe": self.recipe.model_dump(),
            "split": self.split.model_dump(),
        }

    @property
    def key(self) -> str:
        """A hash of everything in the experiment: runs with this key differ in their seed only."""
        return _digest(self.as_json())

    def run_name(self, seed: int) -> str:
        """The name of the run with this seed: 12 hexadecimal digits."""
        return _digest(self.as_json() | {"seed": seed})[:12]


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class _Task(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str
    params: dict[str, int] = {}


class _Parts(BaseModel):
    """The shape of an experiment's JSON, so that a damaged one is told in full."""

    model_config = ConfigDict(extra="forbid")

    task: _Task
    spec: ModelSpec
    recipe: Recipe
    split: Split


def experiment_from_json(value: Mapping[str, Any]) -> Experiment:
    """The experiment that `Experiment.as_json` wrote.

    Raises:
        RecipeError: with every field that is wrong.
        TaskError: the task is unknown here.
        SpecError: the model does not fit the task.
    """
    try:
        parts = _Parts.model_validate(dict(value))
    except ValidationError as error:
        raise RecipeError("this is not an experiment", reasons_of(error)) from error
    return Experiment(make_task(parts.task.name, parts.task.params), parts.spec, parts.recipe, parts.split)
