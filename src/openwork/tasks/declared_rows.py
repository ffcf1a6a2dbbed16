"""The arguments that a function's task declares, and a question given in their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openwork.errors import Reason, TaskError


@dataclass(frozen=True)
class Argument:
    """One parameter of the function: its symbols, and how many variables make it; None where it is one value."""

    name: str
    symbols: tuple[str, ...]
    numbers: bool
    several: int | None


def row_of(given: Any, arguments: Sequence[Argument]) -> list[int]:
    """The variables' values of a question that is given as a tuple of arguments, by name, or as the only argument.

    Raises:
        TaskError: it is none of the task's questions; with every reason.
    """
    if isinstance(given, dict):
        values = [given.get(argument.name) for argument in arguments]
        strange = [name for name in given if name not in {argument.name for argument in arguments}]
    else:
        values = [given] if len(arguments) == 1 and not isinstance(given, tuple) else list(given)
        strange = []
    reasons = [Reason(str(name), "the task has no such argument") for name in strange]
    if len(values) != len(arguments):
        reasons.append(Reason("draw", f"gives {len(values)} arguments", f"the task has {len(arguments)}"))
    row: list[int] = []
    for argument, value in zip(arguments, values, strict=False):
        listed = (
            list(value) if argument.several is not None and isinstance(value, list | tuple | np.ndarray) else [value]
        )
        count = 1 if argument.several is None else argument.several
        if len(listed) != count:
            reasons.append(Reason(argument.name, f"is drawn as {value!r}", f"it is a list of {count}"))
            continue
        for one in listed:
            place = _place(one, argument)
            if place is None:
                reasons.append(Reason(argument.name, f"is drawn as {one!r}", f"it is one of {_known(argument)}"))
            row.append(place or 0)
    if reasons:
        raise TaskError("what was drawn is no question", reasons)
    return row


def _place(one: Any, argument: Argument) -> int | None:
    if argument.numbers:
        whole = isinstance(one, int | np.integer) and not isinstance(one, bool)
        return int(one) if whole and 0 <= one < len(argument.symbols) else None
    return argument.symbols.index(one) if one in argument.symbols else None


def _known(argument: Argument) -> str:
    last = len(argument.symbols) - 1
    return f"0 to {last}" if argument.numbers else " ".join(argument.symbols)
