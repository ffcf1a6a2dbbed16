"""Where a stored run comes from, in words: which experiment trained it, or which file it was imported from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from openwork.errors import OpenworkError
from openwork.runs import Run
from openwork.training import EXPERIMENTS, Experiment, named_experiment

MOST_CHANGES = 3
"""that are named one by one"""


def params_of_run(run: Run) -> dict[str, int]:
    """The parameters of its task, known even where the task is not."""
    return dict(json.loads(run.experiment_json)["task"].get("params", {}))


def task_line(run: Run) -> str:
    """Its task with its parameters."""
    return ", ".join([run.task_name, *(f"{name}={value}" for name, value in params_of_run(run).items())])


def origin_line(run: Run) -> str:
    """The experiment by its name, with what is set otherwise; or the file that it was imported from.

    A task file of the user's own is not executed for this: it is named.
    """
    stored = json.loads(run.experiment_json)
    if run.imported:
        return f"imported from {stored['origin']['file']}"
    if "file" in stored["task"]:
        return f"trained as {PurePath(stored['task']['file']['path']).name} says"
    try:
        near = [(_changes(run.experiment, made), name) for name, made in _named(run)]
    except OpenworkError:
        near = []
    if not near:
        return "trained by an experiment that is not known here"
    changed, name = min(near, key=lambda item: len(item[0]))
    shown = [f"{field} {value}" for field, value in list(changed.items())[:MOST_CHANGES]]
    more = f" and {len(changed) - MOST_CHANGES} more" if len(changed) > MOST_CHANGES else ""
    return f"experiment {name}" + (f" with {', '.join(shown)}{more}" if shown else "")


def _named(run: Run) -> list[tuple[str, Experiment]]:
    names = [name for name, experiment in EXPERIMENTS.items() if experiment.task == run.task_name]
    if not names and run.task.learned is not None:  # as of `shuffled-NAME`, or of a package's
        names = [run.task_name]
    return [(name, named_experiment(name, run.task)) for name in names]


def _changes(experiment: Experiment, usual: Experiment) -> Mapping[str, Any]:
    """Every field of model, recipe and split that is not as usual, with its value."""
    ours, theirs = experiment.as_json(), usual.as_json()
    return {
        field: value
        for part in ("spec", "recipe", "split")
        for field, value in ours[part].items()
        if value != theirs[part].get(field)
    }
