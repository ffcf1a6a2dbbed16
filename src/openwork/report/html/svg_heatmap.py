"""A heatmap as SVG: one square per number, the number in it and in its tooltip."""

from __future__ import annotations

import math

from markupsafe import Markup

from openwork.report.html.svg import MINUS, Child, canvas, element, text_width
from openwork.report.palette import STEPS
from openwork.report.parts import NOTHING, Heatmap

CELL_WIDTH, CELL_HEIGHT, GAP = 29.0, 25.0, 8.0
TITLE_HEIGHT = 16.0


def svg_heatmap(heatmap: Heatmap) -> Markup:
    """The figure, without its title and caption."""
    left = GAP + max((text_width(label) for label in heatmap.row_labels), default=0.0)
    left += TITLE_HEIGHT if heatmap.row_title else 0.0
    slanted = any(text_width(label) > CELL_WIDTH - 2 for label in heatmap.column_labels)
    top = GAP + (max(map(text_width, heatmap.column_labels)) * 0.72 + 8 if slanted else 12.0)
    top += TITLE_HEIGHT if heatmap.column_title else 0.0
    rows, columns = len(heatmap.row_labels), len(heatmap.column_labels)
    width, height = left + columns * CELL_WIDTH + 2, top + rows * CELL_HEIGHT + 2
    width = max(width, left + text_width(heatmap.column_title) * 1.1 + 20)
    overhang = text_width(heatmap.column_labels[-1]) * 0.72 - CELL_WIDTH / 2 if slanted else 0.0
    pieces: list[Child] = []
    for row in range(rows):
        for column in range(columns):
            pieces.append(_cell(heatmap, row, column, left + column * CELL_WIDTH, top + row * CELL_HEIGHT))
    for row, column in heatmap.outlined:
        x, y = left + column * CELL_WIDTH + 1, top + row * CELL_HEIGHT + 1
        pieces.append(element("rect", class_="ow-outlined", x=x, y=y, width=CELL_WIDTH - 2, height=CELL_HEIGHT - 2))
    pieces += _labels(heatmap, left, top, slanted)
    return canvas(width + max(overhang, 0.0), height, summary(heatmap), *pieces, kind="heatmap")


def colour_class(value: float, low: float, high: float) -> str:
    """The palette's class for a value: `q0`..`q20` from low to high, `d0`..`d20` where 0 lies inside the range."""
    if not math.isfinite(value):
        return "ow-none"
    if low < 0:
        reach = max(-low, high)
        low, high = -reach, reach
    place = (value - low) / (high - low) if high > low else 0.0
    return f"ow-{'d' if low < 0 else 'q'}{round(STEPS * min(max(place, 0.0), 1.0))}"


def short_number(value: float, heatmap: Heatmap) -> str:
    """A value as it fits a cell: two digits of a share, one decimal of anything else.

    A share is 1 only where it is all, and left out where it rounds to 0.
    """
    if not math.isfinite(value):
        return NOTHING
    if heatmap.low >= 0 and heatmap.high <= 1:
        shown = f"{min(value, 0.99):.2f}"
        return "1" if value >= 1 else "" if shown == "0.00" else shown.lstrip("0")
    return f"{value:.1f}".replace("-0.0", "0.0").replace("-", MINUS)


def summary(heatmap: Heatmap) -> str:
    """What somebody hears who cannot see the figure: where the largest number of each row lies."""
    said = []
    for label, values in zip(heatmap.row_labels, heatmap.values, strict=True):
        known = [i for i, value in enumerate(values) if math.isfinite(value)]
        if not known:
            continue
        best = max(known, key=lambda i: values[i])
        said.append(f"{label}: {values[best]:.3g} at {heatmap.column_labels[best]}")
    return f"Heatmap, {heatmap.title}." + (f" Largest in each row: {'; '.join(said)}" if said else "")


def _cell(heatmap: Heatmap, row: int, column: int, x: float, y: float) -> Markup:
    value = heatmap.values[row][column]
    said = f"{value:.4f}" if math.isfinite(value) else "no number"
    told = f"{heatmap.row_labels[row]}, {heatmap.column_labels[column]}: {said}"
    shown = short_number(value, heatmap)
    inside: list[Child] = [element("title", told), element("rect", x=x, y=y, width=CELL_WIDTH, height=CELL_HEIGHT)]
    if shown:
        inside.append(element("text", shown, x=x + CELL_WIDTH / 2, y=y + CELL_HEIGHT / 2 + 3.5))
    return element("g", *inside, class_=f"ow-cell {colour_class(value, heatmap.low, heatmap.high)}")


def _labels(heatmap: Heatmap, left: float, top: float, slanted: bool) -> list[Child]:
    pieces: list[Child] = []
    for row, label in enumerate(heatmap.row_labels):
        y = top + (row + 0.5) * CELL_HEIGHT + 3.5
        pieces.append(element("text", label, class_="ow-row-label", x=left - GAP, y=y))
    for column, label in enumerate(heatmap.column_labels):
        x, y = left + (column + 0.5) * CELL_WIDTH, top - GAP
        turn = f"rotate(-45 {x:.1f} {y:.1f})" if slanted else None
        kind = "ow-slanted-label" if slanted else "ow-column-label"
        pieces.append(element("text", label, class_=kind, x=x, y=y, transform=turn))
    if heatmap.column_title:
        pieces.append(element("text", f"{heatmap.column_title} →", class_="ow-axis-title", x=left + 1, y=11))
    if heatmap.row_title:
        middle = top + len(heatmap.row_labels) * CELL_HEIGHT / 2
        turn = f"rotate(-90 11 {middle:.1f})"
        pieces.append(element("text", heatmap.row_title, class_="ow-turned-title", x=11, y=middle, transform=turn))
    return pieces
