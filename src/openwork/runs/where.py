"""Conditions on stored runs, as `solved and layers = 2`: read here, and turned into SQL whose values are bound apart.

::

    condition   either ("or" either)*
    either      single ("and" single)*
    single      "not" single | "(" condition ")" | COLUMN | COLUMN compare VALUE | COLUMN "in" list
    list        "(" VALUE ("," VALUE)* ")"
    compare     = | == | != | < | <= | > | >=
    COLUMN      a column of `columns.py`, or param.NAME, a parameter of the task
    VALUE       a number, a text in quotes, a bare word, true, false or none

A column alone is true where it holds true: `solved`. What has nothing in a column meets no comparison with it but
`= none`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openwork.errors import Reason, StoreError, suggestion
from openwork.runs.columns import COLUMNS, Column, Kind, table

LONGEST = 1_000
LARGEST = 2**63 - 1
"""whole number that SQLite holds as one"""
DEEPEST = 50
Value = int | float | str | bool | None
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.:-]))"
    r"|(?P<compare>==|!=|<=|>=|=|<|>)|(?P<mark>[(),])|(?P<word>[\w.:+-]+)|(?P<other>\S))"
)
_WORDS = {"true": True, "false": False, "none": None}
_COMPARES = {"==": "="}
_HOLDS = {"whole": "whole numbers", "number": "numbers", "text": "texts", "truth": "true or false"}
_WRITE = "write it as: solved and layers = 2"


@dataclass(frozen=True)
class Condition:
    """SQL over `s` (summaries) and `e` (experiments), the values that its marks stand for, and the parameters of tasks
    that it names."""

    sql: str
    values: tuple[float | str, ...] = ()
    params: frozenset[str] = frozenset()

    def __and__(self, other: Condition) -> Condition:
        if EVERY in (self, other):
            return other if self == EVERY else self
        values, params = self.values + other.values, self.params | other.params
        return Condition(f"({self.sql}) AND ({other.sql})", values, params)


EVERY = Condition("1")
"""met by every run"""


def equal(column: str, value: str) -> Condition:
    """Met by runs that have this value in this column.

    Raises:
        StoreError: it is no text that a store can hold.
    """
    return Condition(f"{table(COLUMNS[column])} = ?", (_encoded(value, column),))


def condition(text: str) -> Condition:
    """The condition that a text says.

    Raises:
        StoreError: with every column that is not there, every value that a column cannot have, and where the text
            cannot be read.
    """
    if len(text) > LONGEST:
        raise _unreadable([Reason("the condition", f"is longer than {LONGEST:,} characters", "ask for less at once")])
    reader = _Reader(_encoded(text, "the condition"))
    found = reader.condition()
    if not reader.reasons and reader.kind:
        reader.unexpected("and, or, or its end")
    if reader.reasons:
        raise _unreadable(reader.reasons)
    return Condition(found.sql, found.values, frozenset(reader.params))


def _encoded(text: str, where: str) -> str:
    """A text that SQLite takes: bytes of a command line that are no UTF-8 are none."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _unreadable([Reason(where, "is not in UTF-8")]) from error
    return text


def _fits(value: Value, kind: Kind) -> bool:
    if kind == "text" or isinstance(value, str):
        return kind == "text" and isinstance(value, str)
    return isinstance(value, bool) == (kind == "truth")


def _unreadable(reasons: Sequence[Reason]) -> StoreError:
    return StoreError("the condition cannot be read", reasons)


class _Stuck(Exception):
    """The text cannot be read on from here; why has been noted."""


class _Reader:
    """Reads a text from left to right; what is wrong with columns and values is noted, and reading goes on."""

    def __init__(self, text: str) -> None:
        self.tokens = [
            (m.lastgroup or "", m[m.lastgroup or 0], m.start(m.lastgroup or 0)) for m in _TOKEN.finditer(text)
        ]
        self.place, self.depth = 0, 0
        self.end = len(text)
        self.reasons: list[Reason] = []
        self.params: set[str] = set()

    @property
    def kind(self) -> str:
        """Of the next token; empty at the end."""
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    @property
    def token(self) -> str:
        return self.tokens[self.place][1] if self.kind else ""

    def condition(self) -> Condition:
        """All of it; what could be read of it where it cannot be read to its end."""
        try:
            return self._joined("or", lambda: self._joined("and", self._single))
        except _Stuck:
            return EVERY

    def unexpected(self, wanted: str) -> None:
        """Notes that something else should stand here."""
        at = self.tokens[self.place][2] + 1 if self.kind else self.end + 1
        found = f"{self.token!r} stands at character {at}" if self.kind else "it ends"
        self.reasons.append(Reason("the condition", f"{found} where {wanted} should be", _WRITE))

    def _joined(self, word: str, read: Callable[[], Condition]) -> Condition:
        found = read()
        while self._is(word):
            self._next()
            other = read()
            found = Condition(f"{found.sql} {word.upper()} {other.sql}", found.values + other.values)
        return found

    def _single(self) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            self.reasons.append(Reason("the condition", f"is nested more than {DEEPEST} deep", "leave brackets out"))
            raise _Stuck
        try:
            if self._is("not"):
                self._next()
                inner = self._single()
                return Condition(f"NOT coalesce({inner.sql}, 0)", inner.values)
            if self.token == "(" and self.kind == "mark":
                self._next()
                inner = self._joined("or", lambda: self._joined("and", self._single))
                self._mark(")")
                return Condition(f"({inner.sql})", inner.values)
            return self._compared()
        finally:
            self.depth -= 1

    def _compared(self) -> Condition:
        if self.kind != "word":
            self._stop("the name of a column")
        name = self._next()
        column, sql = self._column(name)
        if self._is("in"):
            self._next()
            self._mark("(")
            values = [self._value(column)]
            while self.token == "," and self.kind == "mark":
                self._next()
                values.append(self._value(column))
            self._mark(")")
            if None in values:
                self.reasons.append(Reason("none", "is no value in a list", f"write ({name} = none or {name} in …)"))
            return Condition(f"{sql} IN ({', '.join('?' for _ in values)})", tuple(v for v in values if v is not None))
        if self.kind == "compare":
            compare = self._next()
            value = self._value(column)
            if value is None:
                return self._nothing(sql, compare)
            return Condition(f"{sql} {_COMPARES.get(compare, compare)} ?", (value,))
        if column is not None and column.kind != "truth":
            what = f"holds {_HOLDS[column.kind]}, and stands alone"
            self.reasons.append(Reason(name, what, f"compare it: {name} = …"))
        return Condition(sql)

    def _nothing(self, sql: str, compare: str) -> Condition:
        if compare not in ("=", "==", "!="):
            self.reasons.append(Reason("none", f"{compare} none says nothing", "write = none or != none"))
        return Condition(f"{sql} IS {'NOT ' if compare == '!=' else ''}NULL")

    def _column(self, name: str) -> tuple[Column | None, str]:
        """The column of this name, and it in SQL; None where it is a parameter, or there is none, which is noted."""
        if re.fullmatch(r"param\.[A-Za-z_]\w*", name):
            param = name.removeprefix("param.")
            self.params.add(param)
            return None, f"json_extract(e.params, '$.{param}')"
        if name in COLUMNS:
            return COLUMNS[name], table(COLUMNS[name])
        self.reasons.append(Reason(name, "there is no such column", suggestion(name, COLUMNS)))
        return None, "NULL"

    def _value(self, column: Column | None) -> float | str | None:
        if self.kind not in ("text", "number", "word"):
            self._stop("a value")
        kind, token = self.kind, self._next()
        value: Value
        if kind == "text":
            value = token[1:-1]
        elif kind == "number":
            whole = int(token) if token.lstrip("+-").isdecimal() else LARGEST + 1
            value = whole if abs(whole) <= LARGEST else float(token)
        else:
            value = _WORDS.get(token, token)
        if value is None or column is None:
            return value
        if column.kind == "text" and kind == "number":
            value = token  # a name may be all digits
        if not _fits(value, column.kind):
            what = f"{token} is not what it holds, which is {_HOLDS[column.kind]}"
            self.reasons.append(Reason(column.name, what))
        return int(value) if isinstance(value, bool) else value

    def _is(self, word: str) -> bool:
        return self.kind == "word" and self.token.lower() == word

    def _mark(self, mark: str) -> None:
        if self.token != mark or self.kind != "mark":
            self._stop(mark)
        self._next()

    def _next(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1][1]

    def _stop(self, wanted: str) -> None:
        self.unexpected(wanted)
        raise _Stuck
