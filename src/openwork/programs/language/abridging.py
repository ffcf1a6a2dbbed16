"""The same expression with large tables told by their size: for people to read, not to run."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from openwork.programs.language.exceptions import Exceptions, ExceptionsBySize
from openwork.programs.language.expression import Expression
from openwork.programs.language.table import READABLE, Table, TableBySize


def abridged(expression: Expression) -> Expression:
    """With every table above `READABLE` entries by its size."""
    changed: dict[str, Any] = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            changed[field.name] = abridged(value)
        elif isinstance(value, tuple) and any(isinstance(item, Expression) for item in value):
            changed[field.name] = tuple(abridged(item) for item in value)
    made = replace(expression, **changed)
    if not isinstance(made, Table) or len(made.rows) <= READABLE:
        return made
    if isinstance(made, Exceptions):
        return ExceptionsBySize(made.of, made.rows, made.usual)
    return TableBySize(made.of, made.rows)
