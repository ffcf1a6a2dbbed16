"""The task that a command is given: a name that `openwork tasks` lists, or a Python file of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openwork.claims import Claim
from openwork.cli.given_files import read_claims
from openwork.conformance import faults_of
from openwork.errors import TaskError
from openwork.models import ModelSpec
from openwork.tasks import Task, made, make_task, own_task


def is_file(task: str) -> bool:
    """Whether this names a file and not a task."""
    return task.endswith(".py")


def given_task(task: str, params: Mapping[str, int] | None = None) -> Task:
    """The task. A file is executed, for the user names it, and held to everything that a task promises.

    Raises:
        TaskError: an unknown name, a file without a task, or what is wrong with that; with every reason.
    """
    if not is_file(task):
        return make_task(task, params)
    found = made(own_task(Path(task)), params)
    if faults := faults_of(found):
        raise TaskError(f"{task} has no task that can be trained", faults)
    return found


def claims_beside(task: Task, spec: ModelSpec) -> tuple[Claim, ...] | None:
    """The claims in the TOML file beside a task file; None where there is none.

    Raises:
        ClaimError: it cannot be judged.
    """
    path = None if task.file is None else Path(task.file.path).with_suffix(".toml")
    return read_claims(path, task, spec) if path is not None and path.is_file() else None
