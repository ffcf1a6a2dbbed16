"""Edits as plain values that can be written down, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from openwork.interventions.edit import Edit
from openwork.interventions.linearise import Linearise
from openwork.interventions.mean import Mean
from openwork.interventions.patch import Patch
from openwork.interventions.resample import Resample
from openwork.interventions.set_to import Set
from openwork.interventions.zero import Zero

EDITS: dict[str, type[Edit]] = {kind.__name__.lower(): kind for kind in (Linearise, Mean, Patch, Resample, Set, Zero)}
"""Every edit by its name in lower case."""


def edit_as_json(edit: Edit) -> dict[str, Any]:
    """An edit in plain values, what is left to its default left out."""
    given = {f.name: getattr(edit, f.name) for f in fields(edit) if getattr(edit, f.name) != f.default}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    return {"edit": type(edit).__name__.lower()} | plain


def edit_from_json(value: Mapping[str, Any]) -> Edit:
    """The edit that `edit_as_json` wrote.

    Raises:
        KeyError, TypeError: something else wrote it.
    """
    given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in value.items()}
    return EDITS[given.pop("edit")](**given)
