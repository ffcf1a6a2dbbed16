"""Parts as Rich renderables that fit 80 columns and say everything without colour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from textwrap import shorten

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text as RichText

from openwork.report import parts as p
from openwork.report.terminal.paragraph import WIDTH, Paragraph, prose
from openwork.report.terminal.track_marks import fitting, key_line, marks, ruler, values_at

INDENT = 2
HEAD = 13
"""where the number of a verdict starts"""
LABEL = 20
"""what stands before a track, where there is no room for more"""
BLOCKS = "▁▂▃▄▅▆▇█"
SIGNS: dict[str, tuple[str, str]] = {
    "CONFIRMED": ("✓", "bold green"),
    "REFUTED": ("✗", "bold red"),
    "MIXED": ("◐", "bold yellow"),
    "UNDECIDED": ("?", "bold"),
    "VACUOUS": ("∅", "bold"),
}
STYLES = {"body": "", "lede": "bold", "note": "dim", "command": "cyan"}


def terminal(shown: Iterable[p.Part]) -> Group:
    """These parts, one under the other."""
    return Group(*(terminal_of(part) for part in shown))


@singledispatch
def terminal_of(part: object) -> RenderableType:
    """One part for a terminal of 80 columns."""
    raise TypeError(f"{type(part).__name__} is not a display part")


@terminal_of.register
def _(part: p.Heading) -> RenderableType:
    return Group("", prose(part.text, "bold underline" if part.level < 4 else "bold"))


@terminal_of.register
def _(part: p.Text) -> RenderableType:
    return (
        Padding(RichText(part.text, STYLES[part.kind]), (0, 0, 0, 2))
        if part.kind == "command"
        else Paragraph(part.text, STYLES[part.kind])
    )


@terminal_of.register
def _(part: p.Attachment) -> RenderableType:
    return Paragraph(f"{part.name} ({part.size}), in the page: {part.caption}", STYLES["note"])


@terminal_of.register
def _(part: p.Figures) -> RenderableType:
    table = _bare_table()
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column()
    for item in part.items:
        table.add_row(RichText(item.value), prose(f"{item.label} ({item.note})" if item.note else item.label))
    return table


@terminal_of.register
def _(part: p.Table) -> RenderableType:
    rows = [[str(cell) for cell in row] for row in part.rows]
    groups = list(_column_groups([column.name for column in part.columns], rows))
    tables = [_table(part, rows, chosen) for chosen in groups]
    caption = [Paragraph(part.caption, "dim")] if part.caption else []
    return Group(*tables, *caption)


def _table(part: p.Table, rows: list[list[str]], chosen: Sequence[int]) -> RichTable:
    table = RichTable(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for index in chosen:
        column = part.columns[index]
        table.add_column(prose(column.name), justify=column.align, overflow="fold")
    for row in rows:
        table.add_row(*(prose(row[index]) for index in chosen))
    return table


def _column_groups(names: list[str], rows: list[list[str]]) -> Iterator[list[int]]:
    """Columns that fit side by side; each further group repeats the first column. Text columns may wrap to fit."""
    widths = [max([len(name), *(min(len(row[i]), 28) for row in rows)]) + 2 for i, name in enumerate(names)]
    chosen, used = [0], widths[0]
    for index in range(1, len(names)):
        if used + widths[index] > WIDTH + 2:
            yield chosen
            chosen, used = [0], widths[0]
        chosen.append(index)
        used += widths[index]
    yield chosen


@terminal_of.register
def _(part: p.Curve) -> RenderableType:
    table = _bare_table()
    for justify in ("left", "left", "right"):
        table.add_column(justify=justify, no_wrap=True)
    for series in part.series:
        if not series.quiet and series.y:
            table.add_row(series.name[:18], sparkline(series.y, part.log_y), f"{series.y[0]:.4g} → {series.y[-1]:.4g}")
    notes = [Paragraph(text, "dim") for text in (part.marked, part.caption) if text]
    return Group(prose(f"{part.title} ({part.y_title}, by {part.x_title})", "bold"), table, *notes)


def sparkline(values: Sequence[float], log: bool = False, width: int = 36) -> str:
    """The values as a line of blocks from their smallest to their largest; what is not finite is a blank."""
    step = max(1, math.ceil(len(values) / width))
    seen = [values[min(i + step, len(values)) - 1] for i in range(0, len(values), step)]
    shown = [math.log10(v) if log and v > 0 else v for v in seen]
    finite = [v for v in shown if math.isfinite(v)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    reach = (high - low) or 1.0
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[round((v - low) / reach * top)] if math.isfinite(v) else " " for v in shown)


@terminal_of.register
def _(part: p.Tracks) -> RenderableType:
    places = fitting(part.places, WIDTH - LABEL - 2)
    room = WIDTH - 2 - len(places)
    label = max(LABEL, min(room, max((cell_len(track.name) for track in part.tracks), default=0)))
    width = WIDTH - label - 2
    table = _bare_table()
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_row(RichText(part.x_title, "dim"), RichText(ruler(places, width), "dim"))
    for curve in part.curves:
        for series in curve.series:
            line = sparkline(values_at(series, places), curve.log_y, width)
            table.add_row(_label(f"{curve.title}, {series.name}", label), line)
    for track in part.tracks:
        table.add_row(_label(track.name, label, "bold"), marks(track, places))
    all_fit = len(places) == len(part.places)
    left_out = "" if all_fit else f"{len(places)} of {len(part.places)} are shown here, for want of room."
    notes = [Paragraph(text, "dim") for text in (left_out, key_line(), part.caption) if text]
    return Group(prose(part.title, "bold"), table, *notes)


def _label(text: str, width: int, style: str = "") -> RichText:
    label = RichText(text, style)
    label.truncate(width, overflow="ellipsis")
    return label


@terminal_of.register
def _(part: p.Heatmap) -> RenderableType:
    share = (part.low, part.high) == (0, 1)
    digits = 1 if max(part.high, -part.low) > 1 else 2
    rows = [
        [label, *(_short(v, share, digits, (r, c) in part.outlined) for c, v in enumerate(part.values[r]))]
        for r, label in enumerate(part.row_labels)
    ]
    names = ["", *(label.replace("[", "").replace("]", "") for label in part.column_labels)]
    widths = [max(len(names[i]), *(len(row[i]) for row in rows)) for i in range(len(names))]
    tables = [_numbers(names, rows, chosen) for chosen in _fitting(widths)]
    axes = " → ".join(title for title in (part.row_title, part.column_title) if title)
    unit = " (in %)" if share else ""
    notes = [Paragraph(axes, "dim")] if axes else []
    notes += [Paragraph(part.caption, "dim")] if part.caption else []
    return Group(prose(part.title + unit, "bold"), *tables, *notes)


def _short(value: float, share: bool, digits: int, outlined: bool) -> str:
    if not math.isfinite(value):
        return p.NOTHING
    shown = _percent(value) if share else f"{round(value, digits) + 0.0:.{digits}f}"
    return f"[{shown}]" if outlined else shown


def _percent(value: float) -> str:
    """100 only where it is all."""
    return f"{100 * value if value >= 1 else min(100 * value, 99):.0f}" if value >= 0.005 else "·"


def _fitting(widths: list[int]) -> Iterator[list[int]]:
    chosen, used = [0], widths[0]
    for index in range(1, len(widths)):
        if used + 1 + widths[index] > WIDTH:
            yield chosen
            chosen, used = [0], widths[0]
        chosen.append(index)
        used += 1 + widths[index]
    yield chosen


def _numbers(names: list[str], rows: list[list[str]], chosen: Sequence[int]) -> RichTable:
    table = RichTable(box=None, padding=(0, 1, 0, 0), header_style="dim", pad_edge=False)
    for index in chosen:
        table.add_column(RichText(names[index]), justify="left" if index == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(RichText(row[i], "bold" if row[i].startswith("[") else "") for i in chosen))
    return table


@terminal_of.register
def _(part: p.Graph) -> RenderableType:
    table = _bare_table()
    for justify in ("left", "left", "right"):
        table.add_column(justify=justify)
    for arrow in part.arrows:
        start, end, share = part.told(arrow)
        table.add_row(prose(start), prose(f"→ {end}"), share)
    notes = [Paragraph(part.caption, "dim")] if part.caption else []
    return Group(prose(part.title, "bold"), table, *notes)


@terminal_of.register
def _(part: p.VerdictList) -> RenderableType:
    return Group(*(line for row in part.rows for line in ("", *_verdict(row))))


def _verdict(row: p.VerdictRow) -> list[RenderableType]:
    told = [
        ("", row.tested),
        ("dim", quoted(row.says)),
        ("", row.sentence),
        ("dim", "; ".join(filter(None, (row.coverage, row.cost)))),
    ]
    if row.counterexamples:
        told.append(("dim", f"{row.example.lower()}: {row.counterexamples[0]}"))
    told.append(("", row.advice and f"→ {row.advice}"))
    return [verdict_head(row), *(Paragraph(text, style, INDENT) for style, text in told if text)]


def quoted(claim: str) -> str:
    """A claim as somebody says it, apart from what was tested and found; nothing where nobody says anything."""
    return f"“{claim}”" if claim else ""


def verdict_head(row: p.VerdictRow) -> RichText:
    """One line: the outcome, the number that says most, and the claim's name at the right edge."""
    sign, style = SIGNS[row.outcome]
    room = WIDTH - HEAD - cell_len(row.id) - 2
    label = shorten(row.number.label.replace("`", ""), max(room - len(row.number.value) - 1, 1), placeholder=" …")
    number = RichText.assemble((row.number.value, "bold"), " ", label)
    number.truncate(max(room, len(row.number.value)), pad=True)
    return RichText.assemble((f"{sign} {row.outcome:<{HEAD - 2}}", style), number, "  ", (row.id, "dim"))


@terminal_of.register
def _(part: p.Beside) -> RenderableType:
    return terminal(part.parts)


@terminal_of.register
def _(part: p.Fold) -> RenderableType:
    return Paragraph(f"(more in the HTML report: {part.summary})", "dim")


@terminal_of.register
def _(part: p.Section) -> RenderableType:
    return Group("", Rule(RichText(part.title, "bold"), align="left", style="dim"), terminal(part.parts))


def _bare_table() -> RichTable:
    return RichTable(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
