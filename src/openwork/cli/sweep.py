"""Files that sweep: a grid of choices, each combination of which is an experiment; or Sobol points among them."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from openwork.cli.overrides import experiment_with
from openwork.data import DataSplit
from openwork.data.sobol import MOST_DIMENSIONS, sobol
from openwork.errors import OpenworkError, Reason, RecipeError, suggestion
from openwork.models import ModelSpec
from openwork.tasks import Task
from openwork.training import Experiment, Recipe

PARTS: dict[str, tuple[type[ModelSpec] | type[Recipe] | type[DataSplit], int]] = {
    "model": (ModelSpec, 0),
    "recipe": (Recipe, 1),
    "split": (DataSplit, 2),
}
"""tables of a file, with whose fields their keys are"""
POINTS = "points"
"""key of a file that takes so many points, and not every combination"""
DIGITS = 3
"""of a number that is taken from a range: so many can be said of it"""


@dataclass(frozen=True)
class Range:
    """All numbers from one to another, both included: whole ones where both are; evenly by logarithm where asked."""

    low: int | float
    high: int | float
    log: bool = False

    def at(self, share: float) -> int | float:
        """The number so far along, 0 to 1."""
        whole = isinstance(self.low, int) and isinstance(self.high, int)
        low, high = (self.low - 0.5, self.high + 0.5) if whole else (self.low, self.high)
        found = low * (high / low) ** share if self.log else low + (high - low) * share
        if whole:
            return max(int(self.low), min(int(self.high), round(found)))
        return float(f"{found:.{DIGITS}g}")


Axis = tuple[str, str, list[Any] | Range]
"""table, field and choices"""
MOST = 256
"""experiments that a file may come to"""
UNREADABLE = "the sweep cannot be run"


@dataclass(frozen=True)
class Swept:
    """One experiment of a sweep, and the choices that it stands for, by name."""

    choices: Mapping[str, Any]
    experiment: Experiment


def read_sweep(path: Path, task: Task, named: str | None) -> tuple[Swept, ...]:
    """Every combination of a file's choices, as experiments on a task; the last choice changes first. With `points`,
    so many Sobol points among them, of which one that comes to the same as one before is left out.

    Args:
        path: a TOML file with tables `model`, `recipe` and `split`, whose keys are fields of these and whose values are
            lists of choices; with `points` also ranges, `{ from = 1e-4, to = 1.0, log = true }`.
        task: what is learned.
        named: the experiment that is changed; else the task's own.

    Raises:
        RecipeError: everything that is wrong with the file, each choice that cannot be included.
    """
    points, axes, reasons = _read(path)
    cells = math.prod(len(values) for *_, values in axes if isinstance(values, list)) if points is None else points
    if cells > MOST:
        what = f"comes to {cells:,} experiments, and {MOST} are the most"
        reasons.append(Reason(str(path), what, "sweep fewer choices at once, or take points = 64"))
    reasons += _wrong_choices(path, task, named, axes)
    if reasons:
        raise RecipeError(UNREADABLE, reasons)
    found = []
    for picked in _picked(axes, points):
        choices = {_name(axis, axes): value for axis, value in zip(axes, picked, strict=True)}
        try:
            found.append(Swept(choices, _experiment(task, named, axes, picked)))
        except OpenworkError as error:
            said = ", ".join(f"{field} {value}" for field, value in choices.items())
            reasons += [Reason(f"{path}, {said}", reason.what, reason.mend) for reason in error.reasons]
    if reasons:
        raise RecipeError(UNREADABLE, reasons)
    return tuple(found)


def _picked(axes: Sequence[Axis], points: int | None) -> Iterable[tuple[Any, ...]]:
    """A choice of each, for every experiment."""
    if points is None:
        return itertools.product(*(values for *_, values in axes if isinstance(values, list)))
    every = [
        tuple(_at(values, share) for (*_, values), share in zip(axes, point, strict=True))
        for point in sobol(points, len(axes)).tolist()
    ]
    return dict.fromkeys(every)


def _at(values: list[Any] | Range, share: float) -> Any:
    return values.at(share) if isinstance(values, Range) else values[int(share * len(values))]


def _name(axis: Axis, axes: list[Axis]) -> str:
    """The field's, with its table's where two tables have it, as `eps`."""
    part, field, _ = axis
    return field if sum(other == field for _, other, _ in axes) == 1 else f"{part}.{field}"


def _experiment(task: Task, named: str | None, axes: Sequence[Axis], picked: Sequence[Any]) -> Experiment:
    """The one in which each of these fields is what was picked for it."""
    given: tuple[dict[str, Any], ...] = ({}, {}, {})
    for (part, field, _), value in zip(axes, picked, strict=True):
        given[PARTS[part][1]][field] = value
    return experiment_with(task, named, *given)


def _read(path: Path) -> tuple[int | None, list[Axis], list[Reason]]:
    """How many points, None for every combination; table, field and choices, in the file's order; and what is wrong
    with the others."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(UNREADABLE, Reason(str(path), error.strerror or str(error))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(UNREADABLE, Reason(str(path), f"is not TOML: {error}")) from error
    axes: list[Axis] = []
    reasons: list[Reason] = []
    points = told.pop(POINTS, None)
    if points is not None and (type(points) is not int or points < 2):
        reasons.append(Reason(f"{path}, {POINTS}", f"{points!r} is no whole number from 2", "write points = 32"))
        points = 2
    for part, fields in told.items():
        if part not in PARTS or not isinstance(fields, dict):
            mend = suggestion(part, PARTS) if part not in PARTS else "write it as a table"
            reasons.append(Reason(f"{path}, {part}", "is none of the tables model, recipe and split", mend))
            continue
        known = PARTS[part][0].model_fields
        for field, values in fields.items():
            if field not in known:
                what, mend = "there is no such field", suggestion(field, known)
                reasons.append(Reason(f"{path}, {part}.{field}", what, mend))
                continue
            try:
                axes.append((part, field, _choices(field, values, points is not None)))
            except ValueError as wrong:
                reasons.append(Reason(f"{path}, {part}.{field}", *wrong.args))
    if not (axes or reasons):
        reasons.append(Reason(str(path), "sweeps nothing", "for example [model] with n_layers = [1, 2]"))
    if points is not None and len(axes) > MOST_DIMENSIONS:
        what = f"points of {len(axes)} choices, and {MOST_DIMENSIONS} are the most"
        reasons.append(Reason(str(path), what, "sweep fewer at once"))
    return points, axes, reasons


def _choices(field: str, values: Any, with_ranges: bool) -> list[Any] | Range:
    """What is chosen from.

    Raises:
        ValueError: it is nothing of the kind; what is wrong, and how to mend it.
    """
    if isinstance(values, dict):
        return _range(values, with_ranges)
    if not isinstance(values, list):
        raise ValueError("is no list of choices", f"write {field} = [{values!r}]")
    if not values:
        raise ValueError("has no choice", "write one, or leave it out")
    if any(values.count(value) > 1 for value in values):
        raise ValueError("has the same choice twice", "leave it out")
    return values


def _is_number(value: Any) -> TypeGuard[int | float]:
    return type(value) in (int, float) and math.isfinite(value)


def _range(told: Mapping[str, Any], with_ranges: bool) -> Range:
    usual = "write { from = 1e-4, to = 1.0, log = true }"
    low, high, log = told.get("from"), told.get("to"), told.get("log", False)
    if not with_ranges:
        raise ValueError("is a range, which only points are taken from", "write points = 32 at the top of the file")
    if not (set(told) <= {"from", "to", "log"} and _is_number(low) and _is_number(high) and type(log) is bool):
        raise ValueError("is no range of numbers", usual)
    found = Range(low, high, log)
    if not found.low < found.high:
        raise ValueError(f"is from {low} to {high}, which is nothing between", usual)
    if log and found.low <= 0:
        raise ValueError(f"is from {low} by logarithm, which begins above 0", usual)
    return found


def _wrong_choices(path: Path, task: Task, named: str | None, axes: list[Axis]) -> list[Reason]:
    """Every choice that cannot be by itself, once, and not in each combination."""
    reasons: list[Reason] = []
    for axis in axes:
        part, field, values = axis
        for value in [values.low, values.high] if isinstance(values, Range) else values[:MOST]:
            where = f"{path}, {part}.{field}"
            if isinstance(value, list | dict):
                reasons.append(Reason(where, f"{value!r} is no single value", "write numbers, texts, true or false"))
                continue
            try:
                _experiment(task, named, [axis], [value])
            except OpenworkError as error:
                own = [reason for reason in error.reasons if _is_of(reason, field)]
                reasons += [Reason(f"{where} {value!r}", reason.what, reason.mend) for reason in own]
    return reasons


def _is_of(reason: Reason, field: str) -> bool:
    """Whether it speaks of this field by itself; what several fields make together is told of combinations."""
    return field.replace("_", "-") in reason.where or field in reason.where
