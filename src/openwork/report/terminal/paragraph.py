"""Text for a terminal, broken between words only, with a number and its per cent sign on one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from rich.console import Console, ConsoleOptions
from rich.text import Text as RichText

from openwork.report.parts import BOUND, code_spans, unbroken

WIDTH = 80
MORE = " …"


def prose(text: str, style: str = "") -> RichText:
    """Plain text with its code spans in bold; nothing in it is read as markup."""
    said = RichText(style=style)
    for is_code, piece in code_spans(text):
        said.append(piece, "bold" if is_code else None)
    return said


@dataclass(frozen=True)
class Paragraph:
    """Text in lines of at most `WIDTH` characters, without spaces at their ends.

    Attributes:
        text: may hold code spans.
        style: of what is not code.
        indent: how many spaces come first in every line.
        lead: what stands in the indent of the first line.
        most: how many lines there may be; what is cut off is told by an ellipsis. None means all.
    """

    text: str
    style: str = ""
    indent: int = 0
    lead: str = ""
    most: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RichText]:
        room = max(min(options.max_width, WIDTH) - self.indent, 10)
        lines = list(_lines(prose(unbroken(self.text), self.style), room))
        if self.most is not None and len(lines) > self.most:
            lines = [*lines[: self.most - 1], _cut(lines[self.most - 1], room)]
        for number, line in enumerate(lines):
            line.plain = line.plain.replace(BOUND, " ")
            yield RichText("" if number else self.lead, "dim") + RichText(" " * self._left(number)) + line

    def _left(self, number: int) -> int:
        return self.indent if number else max(self.indent - len(self.lead), 0)


def _lines(text: RichText, room: int) -> Iterator[RichText]:
    line = RichText(style=text.style)
    for word in chain.from_iterable(_pieces(piece, room) for piece in text.split(" ")):
        if line and line.cell_len + 1 + word.cell_len > room:
            yield line
            line = RichText(style=text.style)
        line = line + RichText(" ") + word if line else word.copy()
    yield line


def _pieces(word: RichText, room: int) -> list[RichText]:
    """The word, cut only where it is wider than a whole line."""
    if word.cell_len <= room:
        return [word]
    return list(word.divide(range(room, len(word), room)))


def _cut(line: RichText, room: int) -> RichText:
    while line.cell_len + len(MORE) > room and " " in line.plain:
        line = line[: line.plain.rindex(" ")]
    return line + RichText(MORE)
