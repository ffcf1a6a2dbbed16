"""A graph as SVG: a dot for every node, a curve for every arrow, as wide as its share, with both told on hover.

Rows are drawn from the bottom up, as a forward pass is.
"""

from __future__ import annotations

from math import hypot

from markupsafe import Markup

from openwork.report.html.svg import Child, canvas, element, number, text_width
from openwork.report.parts import Arrow, Graph

COLUMN, ROW, GAP, DOT = 27.0, 34.0, 10.0, 5.5
THINNEST, WIDEST, TIP = 1.0, 4.0, 7.0


def svg_graph(graph: Graph) -> Markup:
    """The figure, without its title and caption."""
    left = GAP + max((text_width(label) for label in graph.row_labels), default=0.0) + COLUMN / 2
    columns, rows = len(graph.column_labels), len(graph.row_labels)
    slanted = max((text_width(label) for label in graph.column_labels), default=0.0) * 0.72
    bottom = GAP + (rows - 0.5) * ROW
    width, height = left + columns * COLUMN, bottom + slanted + 2 * GAP + (14 if graph.column_title else 0)

    def at(node: int) -> tuple[float, float]:
        place = graph.nodes[node]
        return left + place.column * COLUMN, GAP + (rows - 1 - place.row + 0.5) * ROW

    pieces: list[Child] = []
    for row, label in enumerate(graph.row_labels):
        y = GAP + (rows - 1 - row + 0.5) * ROW
        pieces.append(element("line", class_="ow-grid", x1=left - COLUMN / 2, y1=y, x2=width - COLUMN / 2, y2=y))
        pieces.append(element("text", label, class_="ow-row-label", x=left - COLUMN / 2 - 4, y=y + 3.5))
    for column, label in enumerate(graph.column_labels):
        x, y = left + column * COLUMN + 4, bottom + GAP
        turn = f"rotate(-45 {x:.1f} {y:.1f})"
        pieces.append(element("text", label, class_="ow-row-label", x=x, y=y, transform=turn))
    if graph.column_title:
        middle = left + (columns - 1) * COLUMN / 2
        pieces.append(element("text", graph.column_title, class_="ow-x-title", x=middle, y=height - 4))
    for arrow in graph.arrows:
        pieces.append(_arrow(graph, arrow, *at(arrow.start), *at(arrow.end)))
    for which, node in enumerate(graph.nodes):
        x, y = at(which)
        pieces.append(element("circle", element("title", node.label), class_="ow-place", cx=x, cy=y, r=DOT))
    return canvas(width, height, _summary(graph), *pieces, kind="graph")


def _arrow(graph: Graph, arrow: Arrow, x1: float, y1: float, x2: float, y2: float) -> Markup:
    """A line; bent to the side where it would run through other nodes of its column."""
    bend = 0.0 if x1 != x2 else COLUMN * 0.45 * (abs(y1 - y2) > ROW * 1.01)
    cx, cy = (x1 + x2) / 2 + bend, (y1 + y2) / 2
    long = hypot(x2 - cx, y2 - cy) or 1.0
    ux, uy = (x2 - cx) / long, (y2 - cy) / long
    x2, y2 = x2 - ux * DOT, y2 - uy * DOT
    wide = THINNEST + (WIDEST - THINNEST) * min(max(arrow.value, 0.0), 1.0)
    bx, by, half = x2 - ux * TIP, y2 - uy * TIP, 2.0 + wide / 2
    corners = ((x2, y2), (bx - uy * half, by + ux * half), (bx + uy * half, by - ux * half))
    told = "{} → {}: {}".format(*graph.told(arrow))
    path = f"M{number(x1)} {number(y1)}Q{number(cx)} {number(cy)} {number(bx)} {number(by)}"
    line = element("path", class_="ow-arrow", d=path, stroke_width=wide)
    head = element("polygon", class_="ow-head", points=" ".join(f"{number(x)},{number(y)}" for x, y in corners))
    return element("g", element("title", told), line, head)


def _summary(graph: Graph) -> str:
    told = "; ".join("{} to {}: {}".format(*graph.told(arrow)) for arrow in graph.arrows)
    return f"Graph, {graph.title}. {told}"
