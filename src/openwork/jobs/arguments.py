"""What a function is told, looked at before it runs: each argument of the kind that the function says it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from openwork.errors import PlanError, Reason, suggestion

Function = Callable[..., Any]
WORDS = {
    "Input should be ": "",
    "an instance of Sequence": "a list",
    "'str' instances are not allowed as a Sequence value": "a list, even of one",
}
"""for those of Pydantic"""


def fitting(function: Function, told: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the function takes them: numbers of NumPy as Python's, arrays as lists.

    Raises:
        PlanError: with every argument that is of another kind, by name.
    """
    found, reasons = {}, []
    for name, value in told.items():
        adapter = _adapter(function, name)
        try:
            found[name] = value if adapter is None else adapter.validate_python(_plain(value), strict=False)
        except ValidationError as error:
            reasons += _reasons(name, value, error)
    if reasons:
        raise PlanError(f"{getattr(function, '__name__', 'this')} cannot be asked so", reasons)
    return found


@lru_cache(maxsize=512)
def _adapter(function: Function, name: str) -> TypeAdapter[Any] | None:
    """None where the function does not say what it takes."""
    parameter = inspect.signature(function, eval_str=True).parameters.get(name)
    if parameter is None or parameter.annotation is inspect.Parameter.empty:
        return None
    return TypeAdapter(parameter.annotation, config=ConfigDict(arbitrary_types_allowed=True))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple | range):
        return [_plain(one) for one in value]
    return value


def _reasons(name: str, value: Any, error: ValidationError) -> list[Reason]:
    """One for each place, and what would fit: of several kinds that are taken, all are said."""
    by_place: dict[str, list[str]] = {}
    choices: dict[str, str] = {}
    for item in error.errors(include_url=False):
        numbers = [part for part in item["loc"] if isinstance(part, int)]
        place = name + "".join(f"[{n}]" for n in numbers)
        by_place.setdefault(place, []).append(_in_our_words(item["msg"]))
        if item["type"] == "literal_error":
            known = [word.strip("' ") for word in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
            choices[place] = suggestion(str(item["input"]), known)
    return [
        Reason(
            place,
            f"{str(_at(value, place))[:60]!r} does not fit",
            choices.get(place) or "give " + ", or ".join(dict.fromkeys(said)),
        )
        for place, said in by_place.items()
    ]


def _in_our_words(text: str) -> str:
    for theirs, ours in WORDS.items():
        text = text.replace(theirs, ours)
    return text


def _at(value: Any, place: str) -> Any:
    for part in place.split("[")[1:]:
        value = value[int(part[:-1])]
    return value
