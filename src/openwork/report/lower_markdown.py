"""Parts as Markdown (GitHub's), for pages that are read beside the code; what a figure shows becomes a table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import singledispatch

from openwork.errors import visible
from openwork.report import parts as p
from openwork.report.document import Document
from openwork.report.terminal.lowering import sparkline
from openwork.report.terminal.track_marks import key_line, marks

SIGNS = {"CONFIRMED": "✓", "REFUTED": "✗", "MIXED": "◐", "UNDECIDED": "?", "VACUOUS": "∅"}
ALIGN = {"left": ":--", "right": "--:", "center": ":-:"}
SPECIAL = re.compile(r"([\\*_\[\]<>|#~])")
MOST_EXAMPLES = 3


def markdown(document: Document) -> str:
    """A whole page; nothing in it controls what shows it."""
    lines = [f"# {plain(document.title)}", ""]
    if document.subtitle:
        lines += [plain(document.subtitle), ""]
    lines += [line for part in document.parts for line in markdown_of(part)]
    return visible("\n".join(lines)).rstrip() + "\n"


def plain(text: str) -> str:
    """Text with nothing in it that Markdown would take for markup; code stands between backticks."""
    return "".join(
        f"`{piece.replace('`', '')}`" if code else SPECIAL.sub(r"\\\1", piece) for code, piece in p.code_spans(text)
    )


@singledispatch
def markdown_of(part: object) -> list[str]:
    """One part as lines, the last of them empty."""
    raise TypeError(f"{type(part).__name__} is not a display part")


@markdown_of.register
def _(part: p.Heading) -> list[str]:
    return [f"{'#' * part.level} {plain(part.text)}", ""]


@markdown_of.register
def _(part: p.Text) -> list[str]:
    return ["```sh", part.text, "```", ""] if part.kind == "command" else [plain(part.text), ""]


@markdown_of.register
def _(part: p.Figures) -> list[str]:
    said = (f"**{plain(f.value)}** {plain(f.label)}" + (f" ({plain(f.note)})" if f.note else "") for f in part.items)
    return [*(f"- {line}" for line in said), ""]


@markdown_of.register
def _(part: p.Table) -> list[str]:
    lines = _table([c.name for c in part.columns], [c.align for c in part.columns], part.rows)
    return [*lines, "", *([plain(part.caption), ""] if part.caption else [])]


def _table(names: Sequence[str], align: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    def row(cells: Iterable[object]) -> str:
        return "| " + " | ".join(plain(str(cell)) for cell in cells) + " |"

    return [row(names), "|" + "|".join(ALIGN[a] for a in align) + "|", *map(row, rows)]


@markdown_of.register
def _(part: p.Curve) -> list[str]:
    shown = [s for s in part.series if not s.quiet and s.y]
    rows = [(s.name, sparkline(s.y, part.log_y), f"{s.y[0]:.4g}", f"{s.y[-1]:.4g}") for s in shown]
    lines = [f"**{plain(part.title)}** ({plain(part.y_title)}, by {plain(part.x_title)})", ""]
    lines += [*_table(("", "", "first", "last"), ("left", "left", "right", "right"), rows), ""]
    return lines + [line for text in (part.marked, part.caption) if text for line in (plain(text), "")]


@markdown_of.register
def _(part: p.Tracks) -> list[str]:
    rows = [(track.name, marks(track, part.places), track.said) for track in part.tracks]
    lines = [f"**{plain(part.title)}** (over {plain(part.x_title)})", ""]
    lines += [*_table(("", "", ""), ("left", "left", "left"), rows), "", plain(key_line()), ""]
    return [*lines, *([plain(part.caption), ""] if part.caption else [])]


@markdown_of.register
def _(part: p.Heatmap) -> list[str]:
    rows = [
        [label, *(_number(v, (r, c) in part.outlined) for c, v in enumerate(part.values[r]))]
        for r, label in enumerate(part.row_labels)
    ]
    axes = " → ".join(title for title in (part.row_title, part.column_title) if title)
    lines = [f"**{plain(part.title)}**" + (f" ({plain(axes)})" if axes else ""), ""]
    lines += [*_table(("", *part.column_labels), ("left", *["right"] * len(part.column_labels)), rows), ""]
    return [*lines, *([plain(part.caption), ""] if part.caption else [])]


@markdown_of.register
def _(part: p.Graph) -> list[str]:
    rows = [(start, f"→ {end}", share) for start, end, share in map(part.told, part.arrows)]
    lines = [f"**{plain(part.title)}**", "", *_table(("from", "to", "share"), ("left", "left", "right"), rows), ""]
    return [*lines, *([plain(part.caption), ""] if part.caption else [])]


def _number(value: float, outlined: bool) -> str:
    if not math.isfinite(value):
        return p.NOTHING
    return f"[{value:.2f}]" if outlined else f"{value:.2f}"


@markdown_of.register
def _(part: p.VerdictList) -> list[str]:
    return [line for row in part.rows for line in _verdict(row)]


def _verdict(row: p.VerdictRow) -> list[str]:
    head = f"{SIGNS[row.outcome]} {row.outcome}: {row.id}"
    number = f"**{plain(row.number.value)}** {plain(row.number.label)}"
    told = [plain(row.tested), f"“{plain(row.says)}”" if row.says else "", f"{number}. {plain(row.sentence)}"]
    told += [plain("; ".join(filter(None, (row.coverage, row.cost))))]
    if row.counterexamples:
        told.append("\n".join(f"- {row.example}: {plain(line)}" for line in row.counterexamples[:MOST_EXAMPLES]))
    told.append(f"→ {plain(row.advice)}" if row.advice else "")
    lines = [f"### {plain(head)}", ""]
    for text in filter(None, told):
        lines += [text, ""]
    return lines + (_folded("every case", markdown_of(row.parts)) if row.parts else [])


def _folded(summary: str, lines: list[str]) -> list[str]:
    return [f"<details><summary>{plain(summary)}</summary>", "", *lines, "</details>", ""]


@markdown_of.register
def _(part: p.Attachment) -> list[str]:
    return [f"{plain(part.name)} ({part.size}), in the page: {plain(part.caption)}", ""]


@markdown_of.register
def _(part: p.Beside) -> list[str]:
    return [line for inside in part.parts for line in markdown_of(inside)]


@markdown_of.register
def _(part: p.Fold) -> list[str]:
    return _folded(part.summary, [line for inside in part.parts for line in markdown_of(inside)])


@markdown_of.register
def _(part: p.Section) -> list[str]:
    return [f"## {plain(part.title)}", "", *(line for inside in part.parts for line in markdown_of(inside))]
