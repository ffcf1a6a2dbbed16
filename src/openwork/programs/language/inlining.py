"""An expression with what it reads written out: columns replaced by what they follow from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from openwork.programs.language.expression import Expression
from openwork.programs.language.reading import Name


def inlined(expression: Expression, held: Mapping[str, Expression]) -> Expression:
    """With every column in `held` replaced by its expression, which is taken as it is."""
    if isinstance(expression, Name):
        return held.get(expression.name, expression)
    changed: dict[str, Any] = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            changed[field.name] = inlined(value, held)
        elif isinstance(value, tuple) and any(isinstance(item, Expression) for item in value):
            changed[field.name] = tuple(inlined(item, held) for item in value)
    return replace(expression, **changed)
