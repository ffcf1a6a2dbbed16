"""Whole-number expressions in role names, such as the `n-1-i` of `x[n-1-i]`: a tiny parser, nothing is executed.

::

    sum      = product { ("+" | "-") product }
    product  = factor { ("*" | "//" | "%") factor }
    factor   = number | name | "-" factor | "(" sum ")"
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(//|[-+*%()]))")
LARGEST = 10**9
LONGEST = 120


class ExpressionError(ValueError):
    """Not an expression, or one without a value. Caught in this room, where the place in the claim is known."""


def evaluate(text: str, names: Mapping[str, int]) -> int:
    """The value of an expression.

    Raises:
        ExpressionError: with what is wrong.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression of {len(text):,} characters is longer than {LONGEST}")
    reader = _Reader(_tokens(text), names)
    value = reader.sum()
    if reader.rest:
        raise ExpressionError(f"{text!r} is not an expression: {reader.rest[0]!r} is left over")
    return value


def fill(template: str, names: Mapping[str, int]) -> str:
    """A role name with every `[expression]` replaced by its value: `x[7-i]` becomes `x[5]`.

    Raises:
        ExpressionError: with what is wrong.
    """
    return re.sub(r"\[([^\[\]]*)\]", lambda found: f"[{evaluate(found[1], names)}]", template)


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if not match:
            raise ExpressionError(f"{text!r} is not an expression: {text[place:].strip()[0]!r} is not understood")
        tokens.append(match[1] or match[2] or match[3])
        place = match.end()
    return tokens


class _Reader:
    """Reads tokens from the left; `rest` is what is still to come."""

    def __init__(self, tokens: list[str], names: Mapping[str, int]) -> None:
        self.rest, self.names = tokens, names

    def take(self, *wanted: str) -> str | None:
        return self.rest.pop(0) if self.rest and self.rest[0] in wanted else None

    def sum(self) -> int:
        value = self.product()
        while sign := self.take("+", "-"):
            value = _bounded(value + self.product() if sign == "+" else value - self.product())
        return value

    def product(self) -> int:
        value = self.factor()
        while sign := self.take("*", "//", "%"):
            other = self.factor()
            if sign == "*":
                value = _bounded(value * other)
            elif other == 0:
                raise ExpressionError(f"{value} {sign} 0 has no value")
            else:
                value = value // other if sign == "//" else value % other
        return value

    def factor(self) -> int:
        if self.take("-"):
            return -self.factor()
        if self.take("("):
            value = self.sum()
            if not self.take(")"):
                raise ExpressionError("a bracket is not closed")
            return value
        if not self.rest:
            raise ExpressionError("a number or a name is missing at the end")
        token = self.rest.pop(0)
        if token.isdigit():
            return _bounded(int(token))
        if token in self.names:
            return self.names[token]
        if not token.isidentifier():
            raise ExpressionError(f"{token!r} stands where a number or a name should be")
        raise ExpressionError(f"{token!r} has no value here; known: {', '.join(sorted(self.names))}")


def _bounded(value: int) -> int:
    if abs(value) > LARGEST:
        raise ExpressionError(f"a number is larger than {LARGEST:,}")
    return value
