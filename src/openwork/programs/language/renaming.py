"""The same expression over columns of other names, or with expressions in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from openwork.programs.language.expression import Expression
from openwork.programs.language.reading import Name


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """With every column in `names` read by its new name."""
    return replaced(expression, {old: Name(new) for old, new in names.items()})


def replaced(expression: Expression, by: Mapping[str, Expression]) -> Expression:
    """With an expression in place of every column that has one."""
    if isinstance(expression, Name):
        return by.get(expression.name, expression)
    changed: dict[str, Any] = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            changed[field.name] = replaced(value, by)
        elif isinstance(value, tuple) and any(isinstance(item, Expression) for item in value):
            changed[field.name] = tuple(replaced(item, by) for item in value)
    return replace(expression, **changed)
