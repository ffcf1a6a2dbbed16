"""A model that somebody else trained: what is known of it, in place of an experiment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

from openwork.models import ModelSpec
from openwork.tasks import Task
from openwork.training import subject_from_json, task_as_json

CHOICES = ("token_shift", "position_offset")
"""what decides a model's weights beside its file, and is no field of its spec; 0 where nobody chose"""


@dataclass(frozen=True)
class Origin:
    """Where a model comes from.

    Attributes:
        file: the name of the file that held it.
        digest: SHA-256 of that file, in hexadecimal.
        dialect: whose names its weights had.
        said: every choice that decides what it computes and that shapes do not say, with how it came to be known.
        notes: what was left out or filled in.
        choices: those among `said` that are no field of the model's spec, as by which row the token ids start.
    """

    file: str
    digest: str
    dialect: str
    said: tuple[str, ...]
    notes: tuple[str, ...]
    choices: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values, as before there were choices where there are none: files hold a digest of it."""
        written = asdict(self)
        return written if self.choices else {name: value for name, value in written.items() if name != "choices"}


@dataclass(frozen=True)
class Imported:
    """A task, a model and its origin. It names one run, which has no seed and no training."""

    task: Task
    spec: ModelSpec
    origin: Origin

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values; `imported_from_json` reads them."""
        return {
            "task": task_as_json(self.task),
            "spec": self.spec.model_dump(),
            "origin": self.origin.as_json(),
        }

    @property
    def key(self) -> str:
        """A hash of the task, the model, the file and the choices: the same import again has the same, wherever a task
        file lies."""
        value = deciding_of(self.as_json())
        return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def run_name(self) -> str:
        """The name of its run: 12 hexadecimal digits."""
        return self.key[:12]


def is_imported(value: Mapping[str, Any]) -> bool:
    """Whether this is the JSON of an import and not of an experiment."""
    return "origin" in value


def deciding_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """What of an import's JSON decides its name: all but where its task's file lies, and what was told of its file."""
    left = deepcopy(dict(value))
    left["task"].get("file", {}).pop("path", None)
    digest, choices = left["origin"]["digest"], left["origin"].get("choices")
    left["origin"] = {"digest": digest, "choices": choices} if choices else digest
    return left


def imported_from_json(value: Mapping[str, Any]) -> Imported:
    """What `Imported.as_json` wrote.

    Raises:
        RecipeError: a task or a spec that is damaged.
        TaskError: the task is unknown here.
        SpecError: the model does not fit the task.
    """
    task, spec = subject_from_json({"task": value["task"], "spec": value["spec"]})
    told = value["origin"]
    said, notes = tuple(map(str, told["said"])), tuple(map(str, told["notes"]))
    choices = {str(name): int(number) for name, number in told.get("choices", {}).items()}
    origin = Origin(str(told["file"]), str(told["digest"]), str(told["dialect"]), said, notes, choices)
    return Imported(task, spec, origin)
