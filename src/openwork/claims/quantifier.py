"""For which cases a claim is made: `for = { i = "0..7" }`, or `each={"i": range(8)}` in Python."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from openwork.claims.expressions import ExpressionError, evaluate
from openwork.tasks import Task

Quantifier = tuple[tuple[str, str], ...]
"""Each name with its values as text: ranges with both ends (`0..7`), values, `outputs`, `variables`, or several with
commas. The last two stand for as many values from 0 as the task has of them: so a claim fits a task of every size."""

COUNTED = ("outputs", "variables")
MOST_CASES = 4096


def quantifier(value: Any) -> Quantifier:
    """A quantifier as it may be written, in the one form that claims keep.

    Raises:
        ValueError: it is not a table of names with ranges.
    """
    if isinstance(value, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):
        value = dict(value)
    if not isinstance(value, Mapping):
        raise ValueError('give a table of names with their values, for example { i = "0..7" }')
    return tuple((_name(name), _text(name, values)) for name, values in value.items())


def _name(name: Any) -> str:
    if not (isinstance(name, str) and name.isidentifier()) or name in ("n", *COUNTED):
        known = ", ".join(COUNTED)
        raise ValueError(f"{name!r} cannot be a name here: use a letter or a word, not n, {known}")
    return name


def _text(name: str, values: Any) -> str:
    if isinstance(values, str) and values.strip():
        return values
    if isinstance(values, range) and values.step == 1 and len(values):
        return f"{values.start}..{values.stop - 1}"
    if isinstance(values, list | tuple | range) and len(values) and all(type(v) is int for v in values):
        return ", ".join(map(str, values))
    if type(values) is int:
        return str(values)
    raise ValueError(
        f'{name}: {values!r} names no values; give "0..7", "outputs", "variables", or a list of whole numbers'
    )


def constants(task: Task) -> dict[str, int]:
    """What every expression may use: `n`, how many outputs the task has."""
    return {"n": len(task.outputs)}


def cases(each: Quantifier, task: Task) -> Iterator[dict[str, int]]:
    """The values of all names in every case, the first name varying slowest; one case where nothing is quantified.

    Raises:
        ExpressionError: a range that cannot be read or is empty, or more than 4,096 cases.
    """
    fixed = constants(task)
    counts = {"outputs": len(task.outputs), "variables": len(task.variables)}
    ranges: list[list[int]] = []
    total = 1
    for name, text in each:
        ranges.append(_values(name, text, fixed, counts))
        total *= len(ranges[-1])
        if total > MOST_CASES:  # said before the next name's values take memory too
            raise ExpressionError(f"{total:,} cases are more than {MOST_CASES:,}")
    for chosen in itertools.product(*ranges):
        yield fixed | {name: value for (name, _), value in zip(each, chosen, strict=True)}


def _values(name: str, text: str, names: Mapping[str, int], counts: Mapping[str, int]) -> list[int]:
    values: list[int] = []
    for item in text.split(","):
        if len(values) > MOST_CASES:
            raise ExpressionError(f"{name}: more than {MOST_CASES:,} values are written")
        if item.strip() in counts:
            values += range(counts[item.strip()])
        elif ".." in item:
            first, last = (evaluate(end, names) for end in item.split("..", 1))
            if last < first:
                raise ExpressionError(f"{name}: the range {item.strip()!r} is empty")
            if last - first >= MOST_CASES:
                raise ExpressionError(f"{name}: {last - first + 1:,} values are more than {MOST_CASES:,}")
            values += range(first, last + 1)
        else:
            values.append(evaluate(item, names))
    return list(dict.fromkeys(values))
