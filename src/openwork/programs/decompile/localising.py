"""Localising: what is fetched by content, said of the places that hold each key beside its value.

Of the question alone a match is a match of symbols. A head moves what stands at one position together, so each key and
its value have to be read at one place: an induction head looks for a position that says which symbol stood before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from openwork.programs.decompile.expressions import Operand
from openwork.programs.language import Expression, Match, Name


def localised(
    match: Match, question: Mapping[str, Operand], operands: Sequence[Operand], position: int
) -> Match | None:
    """The same match, of what is read at places; None where some key stands nowhere beside its value.

    Args:
        match: of symbols of the question.
        question: these, by name.
        operands: what can be read, with where it stands.
        position: where the match is made, and what is looked for stands.
    """
    there: dict[int, list[Operand]] = {}
    # What is worked out at a place says more than the token there.
    for operand in sorted(operands, key=lambda o: o.symbol):
        there.setdefault(operand.position, []).append(operand)
    wanted = _named(match.wanted, question, there.get(position, ()))
    pairs = []
    for key, held in zip(match.keys, match.held, strict=True):
        first = [question[held.name].position] if isinstance(held, Name) and held.name in question else []
        pairs.append(_beside(key, held, question, [there.get(p, []) for p in (*first, *there)]))
    said = [pair for pair in pairs if pair is not None]
    if wanted is None or len(said) < len(pairs):
        return None
    return Match(wanted, tuple(key for key, _ in said), tuple(held for _, held in said), match.default, match.last)


def _beside(
    key: Expression, held: Expression, question: Mapping[str, Operand], places: Sequence[Sequence[Operand]]
) -> tuple[Name, Name] | None:
    """Both as they are read at the first place that has them."""
    for some in places:
        one, other = _named(key, question, some), _named(held, question, some)
        if one is not None and other is not None:
            return one, other
    return None


def _named(symbol: Expression, question: Mapping[str, Operand], operands: Sequence[Operand]) -> Name | None:
    """The first of these that is this symbol on every row."""
    if not isinstance(symbol, Name) or symbol.name not in question:
        return None
    column = question[symbol.name].column
    return next((operand.name for operand in operands if np.array_equal(operand.column, column)), None)
