"""An experiment: everything but the seed that decides what a model becomes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from openwork.data import DataSplit, answers_digest
from openwork.errors import OpenworkError, Reason, RecipeError, TaskError
from openwork.models import ModelSpec, reasons_of, require_fit
from openwork.tasks import Task, TaskFile, make_task, task_of_run
from openwork.training.recipe import Recipe


@dataclass(frozen=True)
class Experiment:
    """A task, a model, a recipe and a split. With a seed it names one run.

    Raises:
        SpecError: the model does not fit the task.
        RecipeError: the split leaves nothing to train on, or wants all of a domain that is too large.
    """

    task: Task
    spec: ModelSpec
    recipe: Recipe
    split: DataSplit

    def __post_init__(self) -> None:
        require_fit(self.spec, self.task)
        self.split.sizes(self.task)

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values; `experiment_from_json` reads them."""
        return {
            "task": deepcopy(self._task),
            "spec": self.spec.model_dump(),
            "recipe": self.recipe.model_dump(),
            "split": self.split.model_dump(),
        }

    @cached_property
    def _task(self) -> dict[str, Any]:
        """Computed once: it may take every answer of the task."""
        return task_as_json(self.task)

    @property
    def key(self) -> str:
        """A hash of everything in the experiment: runs with this key differ in their seed only."""
        return _digest(self._deciding())

    def run_name(self, seed: int) -> str:
        """The name of the run with this seed: 12 hexadecimal digits."""
        return _digest(self._deciding() | {"seed": seed})[:12]

    def _deciding(self) -> dict[str, Any]:
        """All of it but for where a task's file lies, which decides nothing."""
        value = self.as_json()
        value["task"].get("file", {}).pop("path", None)
        return value


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def task_as_json(task: Task) -> dict[str, Any]:
    """A task in plain values, with the file it was loaded from and, where those do not decide its answers, a digest of
    them; `subject_from_json` reads them."""
    value: dict[str, Any] = {"name": task.name, "params": dict(task.params)}
    if task.file is not None:
        value["file"] = asdict(task.file)
    answers = answers_digest(task)
    return value if answers is None else value | {"answers": answers}


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    path: str
    digest: str


class _Task(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str
    params: dict[str, int] = {}
    file: _File | None = None
    answers: str | None = None
    """None also where it was written before they were kept"""

    def made(self) -> Task:
        if self.file is None:
            task = make_task(self.name, self.params)
        else:
            task = task_of_run(self.name, self.params, TaskFile(self.file.path, self.file.digest))
        if self.answers is not None and (now := self._answers_of(task)) != self.answers:
            what = f"answers otherwise than when the run was made ({self.answers} then, {now} now)"
            mend = "undo the change in what its code imports or reads, or train or import again: it is another task now"
            raise TaskError("the run's task has changed", Reason(_where(task), what, mend))
        return task

    def _answers_of(self, task: Task) -> str | None:
        try:
            return answers_digest(task)
        except OpenworkError:
            raise
        except Exception as error:
            said = f"raises {type(error).__name__}: {error}"
            raise TaskError("the run's task cannot be computed", Reason(_where(task), said)) from error


def _where(task: Task) -> str:
    return task.name if task.file is None else task.file.path


class _Subject(BaseModel):
    """The shape of the JSON of a task and a model."""

    model_config = ConfigDict(extra="forbid")

    task: _Task
    spec: ModelSpec


class _Parts(_Subject):
    """The shape of an experiment's JSON, so that a damaged one is told in full."""

    recipe: Recipe
    split: DataSplit


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
    return Experiment(parts.task.made(), parts.spec, parts.recipe, parts.split)


def subject_from_json(value: Mapping[str, Any]) -> tuple[Task, ModelSpec]:
    """The task and the model of JSON that has `task` and `spec` as an experiment's has, and nothing else.

    Raises:
        RecipeError: with every field that is wrong.
        TaskError: the task is unknown here.
        SpecError: the model does not fit the task.
    """
    try:
        parts = _Subject.model_validate(dict(value))
    except ValidationError as error:
        raise RecipeError("this is not a task and a model", reasons_of(error)) from error
    task = parts.task.made()
    require_fit(parts.spec, task)
    return task, parts.spec
