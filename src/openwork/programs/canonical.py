"""One form for programs that say the same: which heads do it, in which order it is said, by which of several routes.

A line is told by its layer, position and content: what it makes of the lines that it reads, each told in the same way.
So head numbers, names and the order of lines and of operands drop out, and so do items that no answer follows from and
further places of one variable. Of several variables with the same content that a reader could read, neither made from
the other, it counts as reading the first: these are redundant routes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from openwork.programs.decompile.shortening import read_columns
from openwork.programs.language import Compared, Expression, Name, Plus, Sum
from openwork.programs.numbering import Numbering
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

VERSION = "1"
"""of this form: digests of another one say nothing about these"""
HEAD = ".head."
EITHER_WAY = ("==", "!=")


@dataclass(frozen=True, order=True)
class CanonicalLine:
    """One item of a variable, or one answer.

    Attributes:
        digest: of its layer, position and content; equal in two programs where these are.
        text: for people, with the names of its own program.
        column: how its own program reads it; empty of an answer.
    """

    digest: str
    text: str
    column: str = ""


@dataclass(frozen=True)
class CanonicalProgram:
    """What is left of a program.

    Attributes:
        lines: that some answer follows from, one of each digest, in the program's order.
        answers: of each output, the digest of how it follows from the question, wherever that is worked out.
    """

    lines: tuple[CanonicalLine, ...]
    answers: tuple[str, ...]

    @cached_property
    def digests(self) -> frozenset[str]:
        """Of its lines."""
        return frozenset(line.digest for line in self.lines)

    @property
    def digest(self) -> str:
        """The same for programs that compute the same in the same way, 16 hexadecimal digits."""
        return _digest("program", VERSION, *sorted(self.digests))

    @property
    def answers_digest(self) -> str:
        """The same for programs that compute the same, in whatever way."""
        return _digest("answers", VERSION, *self.answers)


def canonical(program: Program) -> CanonicalProgram:
    """The program in the form that all programs which say the same have. Runs nothing."""
    return _Canonical(program).found


@dataclass(frozen=True)
class _Item:
    """One item that is read.

    Attributes:
        column: how it is read.
        expression: how it follows.
        place: where it stands first.
        content: how it follows from the question.
        before: the columns that it follows from, at any distance.
    """

    column: str
    expression: Expression
    place: Place
    content: str
    before: frozenset[str]

    @property
    def order(self) -> tuple[int, int, str]:
        return self.place.stage, self.place.position, self.column


class _Canonical:
    def __init__(self, program: Program) -> None:
        self.program, self.read = program, read_columns(program)
        self.contents: dict[str, str] = {s.name: s.name + _read_as(s.numbering) for s in program.symbols}
        self.before: dict[str, frozenset[str]] = {symbol.name: frozenset() for symbol in program.symbols}
        self.items: dict[str, _Item] = {}
        for variable in program.variables:
            for column, item in zip(variable.columns, variable.items, strict=True):
                self._learn(variable, column, item)
        self.known: dict[str, str] = {}

    @property
    def found(self) -> CanonicalProgram:
        outputs = self.program.outputs
        lines: dict[str, CanonicalLine] = {}
        wanted: list[str] = []
        for output in outputs:
            names = self._names(output.expression, output.position, None)
            wanted += names.values()
            digest = _digest(
                "answer", output.name + _read_as(output.numbering), said(output.expression, self._digests(names))
            )
            lines[digest] = CanonicalLine(digest, f"{output.name} = {output.expression}")
        inner: dict[str, _Item] = {}
        while wanted:
            item = self.items.get(wanted.pop())
            if item is not None and item.column not in inner:
                inner[item.column] = item
                wanted += self._names(item.expression, item.place.position, item).values()
        told: dict[str, CanonicalLine] = {}
        for item in sorted(inner.values(), key=lambda item: item.order):
            text = f"{_without_head(item.place)}: {item.column} = {item.expression}"
            digest = self._digest(item.column)
            told.setdefault(digest, CanonicalLine(digest, text, item.column))
        answers = tuple(said(o.expression, self.contents) + _read_as(o.numbering) for o in outputs)
        return CanonicalProgram((*told.values(), *lines.values()), answers)

    def _learn(self, variable: Variable, column: str, item: Expression) -> None:
        read = frozenset(item.names())
        self.contents[column] = _short(said(item, self.contents))
        self.before[column] = read.union(*(self.before[name] for name in read))
        if column in self.read:
            place = variable.sites[0]
            self.items[column] = _Item(column, item, place, self.contents[column], self.before[column])

    def _names(self, expression: Expression, position: int, reader: _Item | None) -> dict[str, str]:
        """For each column that it reads, the one that it counts as reading."""
        return {name: self._first(name, position, reader) for name in expression.names()}

    def _first(self, name: str, position: int, reader: _Item | None) -> str:
        own = self.items.get(name)
        if own is None:
            return name
        far = reader is not None and not reader.place.is_mlp
        same = [
            item
            for item in self.items.values()
            if item.content == own.content
            and item.column not in own.before
            and own.column not in item.before
            and (reader is None or item.place.stage < reader.place.stage)
            and (item.place.position == position or (far and item.place.position <= own.place.position))
        ]
        return min(same, key=lambda item: item.order).column if same else name

    def _digest(self, column: str) -> str:
        """Of a line; a symbol is told by its name."""
        item = self.items.get(column)
        if item is None:
            return column
        if column not in self.known:
            names = self._names(item.expression, item.place.position, item)
            self.known[column] = _digest(_without_head(item.place), said(item.expression, self._digests(names)))
        return self.known[column]

    def _digests(self, names: Mapping[str, str]) -> dict[str, str]:
        return {name: self._digest(first) for name, first in names.items()}


def said(expression: Expression, names: Mapping[str, str]) -> str:
    """An expression in one way whatever the order of what has none; names as these say."""
    if isinstance(expression, Name):
        return names[expression.name]
    if isinstance(expression, Plus | Sum):
        return f"sum({', '.join(sorted(said(part, names) for part in _summed(expression)))})"
    parts = [said(part, names) for part in expression.parts]
    either_way = isinstance(expression, Compared) and expression.relation in EITHER_WAY
    if expression.symmetric or either_way:
        parts.sort()
    return f"{expression.kind}({', '.join([*parts, *_plain(expression)])})"


def _summed(expression: Expression) -> Iterator[Expression]:
    """What a sum of sums adds up."""
    if isinstance(expression, Plus | Sum):
        for part in expression.parts:
            yield from _summed(part)
    else:
        yield expression


def _plain(expression: Expression) -> Iterator[str]:
    """Its fields that are no parts."""
    for field in fields(expression):
        value: Any = getattr(expression, field.name)
        inside = value if isinstance(value, tuple) else (value,)
        if not any(isinstance(item, Expression) for item in inside):
            yield f"{field.name}={value!r}"
        elif isinstance(value, tuple):
            yield f"{field.name}:{len(value)}"


def _without_head(place: Place) -> str:
    return f"{place.component.split(HEAD)[0]} @ {place.position}"


def _short(content: str) -> str:
    """A long content by its digest: it is put into others."""
    return content if len(content) <= 64 else _digest(content)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _read_as(numbering: Numbering) -> str:
    """Which tokens are read as which numbers, where they are not their own."""
    return f" {numbering.numbers}" if numbering.numbers else ""
