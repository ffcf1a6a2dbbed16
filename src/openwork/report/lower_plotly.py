"""Parts as Plotly figures for notebooks. Each figure carries its own style: no global template is touched.

Plotly is imported where a figure is made, because it takes longer to import than most commands take to run.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from openwork.errors import visible
from openwork.report import parts as p
from openwork.report.palette import LIGHT_OPPOSITE, LIGHT_SEQUENCE, LINES_LIGHT, diverging, scale

if TYPE_CHECKING:
    import plotly.graph_objects as go

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""lines on top of each other stay apart"""

DRAWN = (p.Curve, p.Tracks, p.Heatmap, p.Graph, p.Table)


@singledispatch
def figure_of(part: object) -> go.Figure:
    """One part as a figure.

    Raises:
        TypeError: this kind of part is not a figure.
    """
    raise TypeError(f"{type(part).__name__} cannot be drawn as a figure")


@figure_of.register(p.Heatmap)
def _(part: p.Heatmap) -> go.Figure:
    import plotly.graph_objects as go

    opposite = part.low < 0
    reach = max(-part.low, part.high)
    colours = diverging(LIGHT_OPPOSITE, LIGHT_SEQUENCE) if opposite else scale(LIGHT_SEQUENCE)
    drawn = go.Heatmap(
        z=part.values,
        x=[_plain(label) for label in part.column_labels],
        y=[_plain(label) for label in part.row_labels],
        zmin=-reach if opposite else part.low,
        zmax=reach if opposite else part.high,
        colorscale=[[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)],
        hovertemplate="%{y}, %{x}: %{z:.4f}<extra></extra>",
        xgap=1,
        ygap=1,
    )
    figure = go.Figure(drawn)
    for row, column in part.outlined:
        edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        figure.add_shape(type="rect", **edges, line={"color": "#c2410c", "width": 2})
    figure.update_xaxes(title=_plain(part.column_title), side="top", type="category", showgrid=False)
    figure.update_yaxes(title=_plain(part.row_title), autorange="reversed", type="category", showgrid=False)
    return _styled(figure, part.title, 130 + 28 * len(part.row_labels))


@figure_of.register(p.Curve)
def _(part: p.Curve) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    loud = [series for series in part.series if not series.quiet]
    for series in part.series:
        which = 0 if series.quiet else loud.index(series)
        colour = "#9a9a9a" if series.quiet else LINES_LIGHT[which % len(LINES_LIGHT)]
        line = {"color": colour, "width": 1 if series.quiet else 2, "dash": DASHES[which % len(DASHES)]}
        figure.add_scatter(x=series.x, y=series.y, name=_plain(series.name), mode="lines", line=line)
    for mark in part.marks:
        figure.add_vline(x=mark.x, line={"dash": "dot", "color": "#5a616b"}, annotation={"text": _plain(mark.label)})
    figure.update_xaxes(title=_plain(part.x_title))
    y_range = None if part.y_range is None or part.log_y else part.y_range
    figure.update_yaxes(title=_plain(part.y_title), type="log" if part.log_y else "linear", range=y_range)
    return _styled(figure, part.title, 380)


SYMBOLS: dict[p.MomentKind, str] = {
    "holds": "circle",
    "some": "diamond",
    "fails": "x-thin-open",
    "numbers": "circle-open",
    "vacuous": "square-open",
    "open": "line-ew-open",
}
"""moments that differ in shape, not only in colour"""


@figure_of.register(p.Tracks)
def _(part: p.Tracks) -> go.Figure:
    """The curves one under the other, and the tracks beneath, on one axis."""
    from plotly.subplots import make_subplots

    rows = len(part.curves) + 1
    heights = [170.0] * len(part.curves) + [40.0 + 26 * len(part.tracks)]
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.06)
    for row, curve in enumerate(part.curves, 1):
        for index, series in enumerate(curve.series):
            line = {"color": LINES_LIGHT[index % len(LINES_LIGHT)], "dash": DASHES[index % len(DASHES)]}
            look = {"name": _plain(series.name), "mode": "lines", "line": line, "showlegend": row == 1}
            figure.add_scatter(x=series.x, y=series.y, **look, row=row, col=1)
        figure.update_yaxes(
            title=_plain(curve.title), type="log" if curve.log_y else "linear", range=curve.y_range, row=row, col=1
        )
    for kind, symbol in SYMBOLS.items():
        shown = [(track, moment) for track in part.tracks for moment in track.moments if moment.kind == kind]
        figure.add_scatter(
            x=[moment.x for _, moment in shown],
            y=[_plain(track.name) for track, _ in shown],
            mode="markers",
            name=_plain(p.MOMENTS[kind][1]),
            marker={"symbol": symbol, "size": 8, "color": LINES_LIGHT[0], "line": {"width": 1.5}},
            hovertext=[_plain(f"{track.name}, {moment.told}") for track, moment in shown],
            hoverinfo="text",
            **{"row": rows, "col": 1},
        )
    names = [_plain(track.name) for track in part.tracks]
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], type="category", row=rows, col=1)
    figure.update_xaxes(title=_plain(part.x_title), row=rows, col=1)
    return _styled(figure, part.title, round(sum(heights)) + 190)


@figure_of.register(p.Graph)
def _(part: p.Graph) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for arrow in part.arrows:
        start, end = part.nodes[arrow.start], part.nodes[arrow.end]
        middle = {"x": [(start.column + end.column) / 2], "y": [(start.row + end.row) / 2]}
        told = "{} → {}: {}".format(*map(_plain, part.told(arrow)))
        figure.add_annotation(
            **{"x": end.column, "y": end.row, "ax": start.column, "ay": start.row, "xref": "x", "yref": "y"},
            **{"axref": "x", "ayref": "y", "text": "", "standoff": 7, "startstandoff": 7},
            **{"arrowcolor": LINES_LIGHT[0], "arrowwidth": 1 + 3 * arrow.value},
        )
        figure.add_scatter(
            **middle, mode="markers", marker={"opacity": 0, "size": 14}, hovertext=told, hoverinfo="text"
        )
    figure.add_scatter(
        x=[node.column for node in part.nodes],
        y=[node.row for node in part.nodes],
        mode="markers",
        marker={"size": 12, "color": LINES_LIGHT[0]},
        hovertext=[_plain(node.label) for node in part.nodes],
        hoverinfo="text",
    )
    for axis, title, labels in (
        (figure.update_xaxes, part.column_title, part.column_labels),
        (figure.update_yaxes, part.row_title, part.row_labels),
    ):
        ticks = {"tickvals": list(range(len(labels))), "ticktext": [_plain(label) for label in labels]}
        axis(title=_plain(title), range=(-0.6, len(labels) - 0.4), **ticks)
    figure.update_layout(showlegend=False)
    return _styled(figure, part.title, 150 + 45 * len(part.row_labels))


@figure_of.register(p.Table)
def _(part: p.Table) -> go.Figure:
    """A bar for every share where there are any, else a table."""
    import plotly.graph_objects as go

    names, title = [_plain(str(row[0])) for row in part.rows], part.caption.partition(". ")[0]
    shares = [c for c in range(len(part.columns)) if any(isinstance(row[c], p.Share) for row in part.rows)]
    if not shares:
        cells = [[_plain(str(row[c])) for row in part.rows] for c in range(len(part.columns))]
        header = {"values": [_plain(column.name) for column in part.columns]}
        return _styled(go.Figure(go.Table(header=header, cells={"values": cells})), title, 120 + 28 * len(names))
    figure = go.Figure()
    for index, column in enumerate(shares):
        values = [_value(row[column]) for row in part.rows]
        name, colour = _plain(part.columns[column].name), LINES_LIGHT[index % len(LINES_LIGHT)]
        figure.add_bar(x=names, y=values, name=name, marker={"color": colour})
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=(0, 1), tickformat=".0%")
    return _styled(figure, title, 400)


def _value(cell: p.Cell) -> float | None:
    return cell.value if isinstance(cell, p.Share) else None


def _plain(text: str) -> str:
    """Text that Plotly shows as it stands: it reads a subset of HTML, and a backtick is our own mark."""
    return visible(text).replace("`", "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _styled(figure: go.Figure, title: str, height: int) -> go.Figure:
    figure.update_layout(
        title={"text": _plain(title), "font": {"size": 15}},
        height=height,
        template="plotly_white",
        font={"family": "system-ui, sans-serif", "size": 12},
        margin={"l": 70, "r": 30, "t": 90, "b": 50},
    )
    return figure
