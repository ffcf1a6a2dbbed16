"""The same expression over columns of other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from openwork.programs.language.expression import Expression
from openwork.programs.language.reading import Name


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """With every column in `names` read by its new name."""
    if isinstance(expression, Name):
        return Name(names.get(expression.name, expression.name))
    changed: dict[str, Any] = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            changed[field.name] = renamed(value, names)
        elif isinstance(value, tuple) and any(isinstance(item, Expression) for item in value):
            changed[field.name] = tuple(renamed(item, names) for item in value)
    return replace(expression, **changed)
