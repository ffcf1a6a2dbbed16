"""The same expression over columns of other names."""

from __future__ import annotations

from collections.abc import Mapping

from openwork.programs.language.expression import Expression
from openwork.programs.language.inlining import inlined
from openwork.programs.language.reading import Name


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """With every column in `names` read by its new name."""
    return inlined(expression, {old: Name(new) for old, new in names.items()})
