"""An expression with some of its parts replaced by others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from openwork.programs.language.expression import Expression
from openwork.programs.language.reading import Name


def inlined(expression: Expression, held: Mapping[str, Expression]) -> Expression:
    """With every column in `held` replaced by its expression, which is taken as it is."""
    return _changed(expression, lambda part: held.get(part.name) if isinstance(part, Name) else None)


def replaced(expression: Expression, old: Expression, new: Expression) -> Expression:
    """With one part replaced by another, which is taken as it is, wherever it stands."""
    return _changed(expression, lambda part: new if part == old else None)


def _changed(expression: Expression, other: Callable[[Expression], Expression | None]) -> Expression:
    """With every part for which there is another replaced by it."""
    found = other(expression)
    if found is not None:
        return found
    changed: dict[str, Any] = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            changed[field.name] = _changed(value, other)
        elif isinstance(value, tuple) and any(isinstance(item, Expression) for item in value):
            changed[field.name] = tuple(_changed(item, other) for item in value)
    return replace(expression, **changed) if changed else expression
