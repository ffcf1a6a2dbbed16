"""The list of tasks: ours, and those that other packages offer under the entry point `openwork.tasks`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib.metadata import entry_points

from openwork.errors import OpenworkError, Reason, TaskError, suggestion
from openwork.tasks import ours
from openwork.tasks.contract import Task
from openwork.tasks.shuffled import PREFIX, shuffled_type

OURS: tuple[type[Task], ...] = tuple(
    found for found in vars(ours).values() if inspect.isclass(found) and issubclass(found, Task)
)
"""in the order of `tasks/ours.py`"""


def task_types() -> dict[str, type[Task]]:
    """Every known task by name. A package's broken or clashing entry point is an error that names it.

    Raises:
        TaskError: an entry point cannot be imported, is not a `Task`, or takes a name twice.
    """
    known: dict[str, type[Task]] = {cls.name: cls for cls in OURS}
    reasons = []
    for point in entry_points(group="openwork.tasks"):
        where = f"entry point {point.name} = {point.value}"
        try:
            cls = point.load()
        except Exception as error:
            reasons.append(Reason(where, f"cannot be imported: {error}", "mend or uninstall that package"))
            continue
        if not (inspect.isclass(cls) and issubclass(cls, Task)):
            reasons.append(Reason(where, "is not a subclass of openwork.tasks.Task"))
        elif not isinstance(getattr(cls, "name", None), str):
            reasons.append(Reason(where, "has no name", "give the class a `name`"))
        elif cls.name in known:
            reasons.append(Reason(where, f"the name {cls.name!r} is taken by {known[cls.name].__module__}"))
        else:
            known[cls.name] = cls
    if reasons:
        raise TaskError("a package offers a task that cannot be used", reasons)
    return known


def make_task(name: str, params: Mapping[str, int] | None = None) -> Task:
    """The task of this name with these parameters, the rest at their defaults. `shuffled-NAME` is
    `NAME` with its answers shuffled.

    Raises:
        TaskError: an unknown name or parameter, with the nearest known one, or a value the task cannot have.
    """
    known = task_types()
    plain = name.removeprefix(PREFIX)
    if plain != name and plain in known and not known[plain].varying:
        return make(shuffled_type(known[plain]), params)
    if name not in known:
        raise TaskError("unknown task", Reason(name, "no task has this name", suggestion(name, known)))
    return make(known[name], params)


def make(cls: type[Task], params: Mapping[str, int] | None = None) -> Task:
    """The task of this type with these parameters, the rest at their defaults.

    Raises:
        TaskError: an unknown parameter, with the nearest known one, or a value the task cannot have.
    """
    name, params = cls.name, dict(params or {})
    accepted = inspect.signature(cls).parameters
    reasons = [Reason(p, f"{name} has no such parameter", suggestion(p, accepted)) for p in params if p not in accepted]
    reasons += [
        Reason(p, f"{v!r} is not a whole number") for p, v in params.items() if type(v) is not int and p in accepted
    ]
    if reasons:
        raise TaskError(f"cannot make the task {name}", reasons)
    try:
        return cls(**params)
    except OpenworkError:
        raise
    except Exception as error:
        raise TaskError(f"cannot make the task {name}", Reason(name, f"{type(error).__name__}: {error}")) from error
