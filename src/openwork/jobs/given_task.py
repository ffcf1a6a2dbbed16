"""The task that a command or a program is given: a listed name, a Python file of the user's own, or the task itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path

from openwork.claims import Claim
from openwork.conformance import faults_of
from openwork.errors import Reason, TaskError
from openwork.jobs.given_files import read_claims
from openwork.models import ModelSpec
from openwork.tasks import Task, make, make_task, own_task, task_types


def is_file(task: str) -> bool:
    """Whether this names a file and not a task."""
    return task.endswith(".py")


def given_task(task: str | Task | type[Task], params: Mapping[str, int] | None = None) -> Task:
    """The task, held to everything that a task promises where it is the user's own.

    Args:
        task: a name that `openwork tasks` lists; a Python file, which is executed, for the user names it; or a task,
            or what `@openwork.task` made of a function, from a notebook's cell.
        params: of the task, unless it is made already.

    Raises:
        TaskError: an unknown name, no task, or what is wrong with it; with every reason.
    """
    if isinstance(task, str) and not is_file(task):
        return make_task(task, params)
    found = _made(task, params)
    if (found.file is not None) and (faults := faults_of(found)):
        where = f"{task} has no task that" if isinstance(task, str) else f"{found.name} is no task that"
        raise TaskError(f"{where} can be trained", faults)
    return found


def _made(task: str | Task | type[Task], params: Mapping[str, int] | None) -> Task:
    if isinstance(task, str):
        return make(own_task(Path(task)), params)
    if not isinstance(task, Task) and not (inspect.isclass(task) and issubclass(task, Task)):
        mend = "give a name, the path of a file that ends in .py, or a function with @openwork.task(...) above it"
        raise TaskError("this is not a task", Reason("task", f"{task!r} is none", mend))
    found = make(task, params) if inspect.isclass(task) else _unchanged(task, params)
    if found.file is None and task_types().get(found.name) is not type(found):
        mend = "keep the class in a file, in a notebook with %%writefile my_task.py, and give its path"
        raise TaskError("a run of this task could not be opened again", Reason(found.name, "is in no file", mend))
    return found


def _unchanged(task: Task, params: Mapping[str, int] | None) -> Task:
    if params:
        mend = "make it with them, or give its name or its type"
        raise TaskError("the task has its parameters already", Reason("params", "are given beside a task", mend))
    return task


def claims_beside(task: Task, spec: ModelSpec) -> tuple[Claim, ...] | None:
    """The claims in the TOML file beside a task file; None where there is none.

    Raises:
        ClaimError: it cannot be judged.
    """
    path = None if task.file is None or not task.file.path else Path(task.file.path).with_suffix(".toml")
    return read_claims(path, task, spec) if path is not None and path.is_file() else None
