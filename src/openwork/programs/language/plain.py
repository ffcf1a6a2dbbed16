"""Expressions as plain values for JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from openwork.programs.language.arithmetic import Minus, Modulo, Plus, Times
from openwork.programs.language.chosen import Chosen
from openwork.programs.language.comparison import Compared
from openwork.programs.language.count import Count, CountBelow, CountOneOf
from openwork.programs.language.distance import Distance
from openwork.programs.language.distinct import Distinct
from openwork.programs.language.either import Either
from openwork.programs.language.exceptions import Exceptions
from openwork.programs.language.expression import Expression
from openwork.programs.language.extremes import Largest, Smallest
from openwork.programs.language.item_at import ItemAt
from openwork.programs.language.matching import Match
from openwork.programs.language.most_frequent import MostFrequent
from openwork.programs.language.next_above import NextAbove
from openwork.programs.language.one_of import OneOf
from openwork.programs.language.pair_count import PairCount
from openwork.programs.language.permuting import Compose
from openwork.programs.language.place_in_order import PlaceInOrder
from openwork.programs.language.ranking import Ranked
from openwork.programs.language.reading import Constant, Name
from openwork.programs.language.runs import RunLength
from openwork.programs.language.scan import Scan
from openwork.programs.language.selector_width import SelectorWidth
from openwork.programs.language.signed import SumSigned
from openwork.programs.language.sums import Sum
from openwork.programs.language.table import Table
from openwork.programs.language.waves import BestFit, Doubled, Product, Wave

PRIMITIVES: tuple[type[Expression], ...] = (
    Name,
    Constant,
    Plus,
    Minus,
    Distance,
    Modulo,
    Times,
    Compose,
    Sum,
    SumSigned,
    RunLength,
    Count,
    CountBelow,
    CountOneOf,
    SelectorWidth,
    PairCount,
    Distinct,
    Largest,
    Smallest,
    Ranked,
    PlaceInOrder,
    Compared,
    Match,
    ItemAt,
    Either,
    Chosen,
    OneOf,
    MostFrequent,
    NextAbove,
    Scan,
    Exceptions,
    Table,
    Wave,
    Product,
    Doubled,
    BestFit,
)
"""the language"""
FUNCTIONS = {name: lines for primitive in PRIMITIVES for name, lines in primitive.functions.items()}
"""what their texts call"""
KINDS = {primitive.kind: primitive for primitive in PRIMITIVES}


def as_plain(expression: Expression) -> dict[str, Any]:
    """Its kind and fields."""
    return {"kind": expression.kind} | {f.name: _plain(getattr(expression, f.name)) for f in fields(expression)}


def from_plain(value: Mapping[str, Any]) -> Expression:
    """The expression that `as_plain` wrote, after its way through JSON.

    Raises:
        KeyError, TypeError: something else wrote it.
    """
    given = dict(value)
    return KINDS[given.pop("kind")](**{name: _read(held) for name, held in given.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return as_plain(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_plain(value)
    return tuple(_read(item) for item in value) if isinstance(value, list) else value
