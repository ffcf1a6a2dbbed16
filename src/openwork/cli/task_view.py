"""A task in plain values, for people and for machines."""

from __future__ import annotations

import inspect
from typing import Any

from openwork.tasks import Task, make_task
from openwork.training import EXPERIMENTS


def describe(cls: type[Task]) -> dict[str, Any]:
    """A task type in plain values; its sizes are those of its default parameters, where it has them all."""
    accepted = inspect.signature(cls).parameters
    required = [name for name, p in accepted.items() if p.default is inspect.Parameter.empty]
    found: dict[str, Any] = {
        "name": cls.name,
        "summary": cls.summary,
        "parameters": {name: "required" if name in required else p.default for name, p in accepted.items()},
        "experiments": [name for name, experiment in EXPERIMENTS.items() if experiment.task == cls.name],
    }
    if not required:
        task = make_task(cls.name)
        sizes = {"domain": task.domain_size, "positions": task.n_pos, "outputs": list(task.outputs)}
        found |= sizes | {"vocabulary": list(task.vocabulary.symbols)}
    return found
