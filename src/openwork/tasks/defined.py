"""The class that a user's function becomes, whatever kind of task it describes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from openwork.tasks.contract import Task

Kind = TypeVar("Kind", bound=Task)
DEFINED: dict[str, list[type[Task]]] = {}
"""by name, every task that a function of this process was made into: a notebook's cell may be run again"""


def defined(kind: type[Kind], function: Callable[..., Any], sizes: Mapping[str, int], **fields: object) -> type[Kind]:
    """A kind of task of this function, kept in `DEFINED`.

    Args:
        kind: what asks the function.
        function: names the task, and its docstring's first line is the summary.
        sizes: the task's parameters and their defaults, which are those of the class.
        fields: further ones of the class.
    """
    summary = (inspect.getdoc(function) or function.__name__.replace("_", " ")).strip().splitlines()[0]
    parameters = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=v) for n, v in sizes.items()]
    own = {
        "name": function.__name__.strip("_").replace("_", "-").lower(),
        "summary": summary,
        "function": staticmethod(function),
        "sizes": sizes,
        "__signature__": inspect.Signature(parameters),
        "__module__": function.__module__,
        "__doc__": function.__doc__,
    }
    made: type[Kind] = type(function.__name__, (kind,), own | fields)
    DEFINED.setdefault(made.name, []).append(made)
    return made
