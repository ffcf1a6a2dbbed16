"""The carries of an addition, as a page shows them: the digits at each place, and where the program keeps a carry."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.programs import Program
from openwork.programs.decompile.shortening import without_unread_items
from openwork.tasks import Task
from openwork.tasks.addition import Addition
from openwork.tasks.reversed_addition import ReversedAddition
from openwork.tasks.two_numbers import TwoNumbers


def live_carries(task: Task, program: Program | None, inputs: Dataset) -> dict[str, Any] | None:
    """Digits by place, the lowest first, as numbers of variables and outputs; None for a task that carries nothing.

    `held` names the variables of the program that are the carry out of a place on every one of the inputs.
    """
    if not isinstance(task, (Addition, ReversedAddition)):
        return None
    places = [_place(task, place) for place in range(task.digits)]
    held = [] if program is None else _held(program, inputs, _carries(task, inputs, places))
    return {"base": task.base, "places": places, "last": 0 if isinstance(task, Addition) else task.digits, "held": held}


def _place(task: TwoNumbers, place: int) -> dict[str, int]:
    n, first = task.digits, isinstance(task, Addition)
    at = n - 1 - place if first else place
    return {"a": at, "b": n + at, "output": at + 1 if first else at}


def _carries(task: TwoNumbers, inputs: Dataset, places: list[dict[str, int]]) -> list[NDArray[np.int64]]:
    """What is carried out of each place, input by input."""
    questions = task.questions(inputs.index).astype(np.int64)
    found, carry = [], np.zeros(len(questions), np.int64)
    for place in places:
        carry = (questions[:, place["a"]] + questions[:, place["b"]] + carry) // task.base
        found.append(carry)
    return found


def _held(program: Program, inputs: Dataset, carries: list[NDArray[np.int64]]) -> list[dict[str, Any]]:
    lean = without_unread_items(program)
    columns = lean.columns(inputs.tokens)
    single = [v for v in lean.variables if len(v.columns) == 1]
    return [
        {"name": v.name, "place": place, "position": v.sites[0].position}
        for v in single
        for place, carry in enumerate(carries)
        if np.array_equal(columns[v.columns[0]], carry)
    ]
