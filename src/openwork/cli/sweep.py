"""Files that sweep: a grid of choices, each combination of which is an experiment."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openwork.cli.overrides import experiment_with
from openwork.data import DataSplit
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
Axis = tuple[str, str, list[Any]]
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
    """Every combination of a file's choices, as experiments on a task; the last choice changes first.

    Args:
        path: a TOML file with tables `model`, `recipe` and `split`, whose keys are fields of these and whose values are
            lists of choices.
        task: what is learned.
        named: the experiment that is changed; else the task's own.

    Raises:
        RecipeError: everything that is wrong with the file, each choice that cannot be included.
    """
    axes, reasons = _axes(path)
    cells = math.prod(len(values) for _, _, values in axes)
    if cells > MOST:
        what = f"comes to {cells:,} experiments, and {MOST} are the most"
        reasons.append(Reason(str(path), what, "sweep fewer choices at once"))
    reasons += _wrong_choices(path, task, named, axes)
    if reasons:
        raise RecipeError(UNREADABLE, reasons)
    found = []
    for picked in itertools.product(*(values for _, _, values in axes)):
        choices = {_name(axis, axes): value for axis, value in zip(axes, picked, strict=True)}
        try:
            found.append(Swept(choices, _experiment(task, named, axes, picked)))
        except OpenworkError as error:
            said = ", ".join(f"{field} {value}" for field, value in choices.items())
            reasons += [Reason(f"{path}, {said}", reason.what, reason.mend) for reason in error.reasons]
    if reasons:
        raise RecipeError(UNREADABLE, reasons)
    return tuple(found)


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


def _axes(path: Path) -> tuple[list[Axis], list[Reason]]:
    """Table, field and choices, in the file's order; and what is wrong with the others."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(UNREADABLE, Reason(str(path), error.strerror or str(error))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(UNREADABLE, Reason(str(path), f"is not TOML: {error}")) from error
    axes: list[Axis] = []
    reasons: list[Reason] = []
    for part, fields in told.items():
        if part not in PARTS or not isinstance(fields, dict):
            mend = suggestion(part, PARTS) if part not in PARTS else "write it as a table"
            reasons.append(Reason(f"{path}, {part}", "is none of the tables model, recipe and split", mend))
            continue
        known = PARTS[part][0].model_fields
        for field, values in fields.items():
            where = f"{path}, {part}.{field}"
            if field not in known:
                reasons.append(Reason(where, "there is no such field", suggestion(field, known)))
            elif not isinstance(values, list):
                reasons.append(Reason(where, "is no list of choices", f"write {field} = [{values!r}]"))
            elif not values:
                reasons.append(Reason(where, "has no choice", "write one, or leave it out"))
            elif any(values.count(value) > 1 for value in values):
                reasons.append(Reason(where, "has the same choice twice", "leave it out"))
            else:
                axes.append((part, field, values))
    if not (axes or reasons):
        reasons.append(Reason(str(path), "sweeps nothing", "for example [model] with n_layers = [1, 2]"))
    return axes, reasons


def _wrong_choices(path: Path, task: Task, named: str | None, axes: list[Axis]) -> list[Reason]:
    """Every choice that cannot be by itself, once, and not in each combination."""
    reasons: list[Reason] = []
    for axis in axes:
        part, field, values = axis
        for value in values[:MOST]:
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
