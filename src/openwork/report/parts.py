"""What a report is made of: frozen display parts, described once and drawn by each lowering in its own way.

Every text is plain data; what stands between backticks, and any hook name, is shown as code.
Nothing here knows Rich, Plotly or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from openwork.analyses.result import percent
from openwork.claims.verdict import Outcome

NOTHING = "\u2013"
"""what stands in a cell that has no number"""

Align = Literal["left", "right", "center"]
MomentKind = Literal["holds", "some", "fails", "numbers", "vacuous", "open"]
MOMENTS: dict[MomentKind, tuple[str, str]] = {
    "holds": ("●", "true"),
    "some": ("◐", "true in some cases"),
    "fails": ("✗", "false"),
    "numbers": ("○", "its numbers hold, the task is not solved"),
    "vacuous": ("∅", "holds and says nothing"),
    "open": ("·", "cannot be judged"),
}
"""each kind of moment as one sign, and in words"""


@dataclass(frozen=True)
class Heading:
    """A title inside a section; `level` 3 or 4."""

    text: str
    level: int = 3


@dataclass(frozen=True)
class Text:
    """A paragraph: `lede` opens a document, `note` is small print, `command` is something to type."""

    text: str
    kind: Literal["body", "lede", "note", "command"] = "body"


@dataclass(frozen=True)
class Attachment:
    """A text that a page holds whole, to be saved as a file."""

    name: str
    text: str
    caption: str

    @property
    def size(self) -> str:
        """In kilobytes."""
        return f"{max(1, round(len(self.text.encode()) / 1000)):,} kB"


@dataclass(frozen=True)
class Figure:
    """One number that matters, with what it is."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """A few numbers side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    align: Align = "left"


@dataclass(frozen=True)
class Share:
    """A cell that is a share of 1, drawn with a bar behind it; `text` defaults to percent."""

    value: float
    text: str = ""

    def __str__(self) -> str:
        return self.text or percent(self.value)


Cell = str | Share


@dataclass(frozen=True)
class Table:
    """Rows of cells, as many in each as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Series:
    """A line of a curve: one `y` for each `x`; a quiet one is drawn thin, in the background."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    quiet: bool = False


@dataclass(frozen=True)
class Mark:
    """A place on the x axis worth naming."""

    x: float
    label: str


@dataclass(frozen=True)
class Curve:
    """Lines over a common axis."""

    title: str
    series: tuple[Series, ...]
    x_title: str
    y_title: str
    log_y: bool = False
    y_range: tuple[float, float] | None = None
    marks: tuple[Mark, ...] = ()
    caption: str = ""
    x_range: tuple[float, float] | None = None

    @property
    def marked(self) -> str:
        """Its marks in words, where no picture shows where they are; what a label says already is not said again."""
        return "; ".join(map(self._told, self.marks))

    def _told(self, mark: Mark) -> str:
        place = f"{self.x_title} {mark.x:g}"
        if mark.label == f"{mark.x:g}":
            return place
        return mark.label if place in mark.label else f"{mark.label}: {place}"


@dataclass(frozen=True)
class Moment:
    """How something stood at one place of an axis.

    Attributes:
        x: the place.
        kind: `holds`; `some` of it does; it `fails`; its `numbers` hold where it cannot be judged; it is `vacuous`;
            `open`.
        share: how much of it holds, 0 to 1.
        told: all of that in words.
    """

    x: float
    kind: MomentKind
    share: float
    told: str


@dataclass(frozen=True)
class Track:
    """One thing along an axis; `said` is what came of it."""

    name: str
    moments: tuple[Moment, ...]
    said: str


@dataclass(frozen=True)
class Tracks:
    """Curves over a common axis, and beneath them a track for each thing that comes to hold along it."""

    title: str
    curves: tuple[Curve, ...]
    tracks: tuple[Track, ...]
    x_title: str
    caption: str = ""

    @property
    def places(self) -> tuple[float, ...]:
        """Where anything stands on a track, ascending."""
        return tuple(sorted({moment.x for track in self.tracks for moment in track.moments}))


@dataclass(frozen=True)
class Heatmap:
    """A matrix of numbers with a name on each row and column; `outlined` cells (row, column) are framed.

    The scale runs from `low` to `high`; where `low` is negative it diverges at 0.
    """

    title: str
    values: tuple[tuple[float, ...], ...]
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    row_title: str = ""
    column_title: str = ""
    low: float = 0.0
    high: float = 1.0
    outlined: tuple[tuple[int, int], ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class DrawnNode:
    """A place of a graph, with the column and the row in which it stands."""

    label: str
    column: int
    row: int


@dataclass(frozen=True)
class Arrow:
    """From one node to another, by their numbers, with a share of 1."""

    start: int
    end: int
    value: float


@dataclass(frozen=True)
class Graph:
    """Nodes on a grid of named rows and columns, and arrows between them."""

    title: str
    nodes: tuple[DrawnNode, ...]
    arrows: tuple[Arrow, ...]
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    row_title: str = ""
    column_title: str = ""
    caption: str = ""

    def told(self, arrow: Arrow) -> tuple[str, str, str]:
        """Where an arrow starts, where it ends, and its share as a person reads it."""
        return self.nodes[arrow.start].label, self.nodes[arrow.end].label, percent(arrow.value)


@dataclass(frozen=True)
class VerdictRow:
    """One judged claim, all of it readable text; `number` is the one to see first, and `tested` what was tested.

    `says` is what the claim's author says of it, to be shown as a quotation; empty where that is the same.
    """

    outcome: Outcome
    id: str
    number: Figure
    tested: str
    says: str
    sentence: str
    coverage: str = ""
    parts: Table | None = None
    counterexamples: tuple[str, ...] = ()
    cost: str = ""
    advice: str = ""

    @property
    def example(self) -> str:
        """What one of its counterexamples is called: of a claim that holds, or says nothing, none speaks against it."""
        return "Example" if self.outcome in ("CONFIRMED", "VACUOUS") else "Counterexample"


@dataclass(frozen=True)
class VerdictList:
    """Claims with their verdicts."""

    rows: tuple[VerdictRow, ...]


@dataclass(frozen=True)
class Beside:
    """Parts shown next to each other where there is room."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Fold:
    """Detail that a page folds away under its `summary`, and a terminal leaves out."""

    summary: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Section:
    """A titled run of parts; `anchor` is its name in links, lower-case letters and hyphens."""

    title: str
    anchor: str
    parts: tuple[Part, ...]


Drawing = Curve | Tracks | Heatmap | Graph
Part = Heading | Text | Attachment | Figures | Table | Drawing | VerdictList | Beside | Fold | Section


def columns(*names: str, numeric: Iterable[int] = ()) -> tuple[Column, ...]:
    """Columns of these names; those whose index is in `numeric` are aligned right."""
    right = set(numeric)
    return tuple(Column(name, "right" if i in right else "left") for i, name in enumerate(names))


def matrix(values: Iterable[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Rows of plain floats, from anything that iterates like a two-dimensional array."""
    return tuple(tuple(float(v) for v in row) for row in values)


UNIT = re.compile(r"(?<=\d) (?=%)")
BOUND = "\u00a0"
"""a space at which no line breaks"""


def unbroken(text: str) -> str:
    """The text with a number and its per cent sign held on one line."""
    return UNIT.sub(BOUND, text)


CODE = re.compile(r"`([^`]+)`|\b(blocks\.\d+(?:\.\w+)+|W_[A-Z]+)\b")


def code_spans(text: str) -> tuple[tuple[bool, str], ...]:
    """The text cut into (is code, piece): code is what stands between backticks, and hook and weight names."""
    spans, start = [], 0
    for match in CODE.finditer(text):
        spans += [(False, text[start : match.start()]), (True, match[1] or match[2])]
        start = match.end()
    return tuple((code, piece) for code, piece in [*spans, (False, text[start:])] if piece)
