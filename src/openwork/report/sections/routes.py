"""Routes: a line for each, and folded away the graph of each and what every place carries alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from openwork.analyses import Node, Route, Routes
from openwork.analyses.routes.route import RatedEdge, Tried
from openwork.analyses.routes.wording import how
from openwork.report.chapters import describes
from openwork.report.parts import (
    NOTHING,
    Arrow,
    Beside,
    Cell,
    DrawnNode,
    Fold,
    Graph,
    Heatmap,
    Part,
    Share,
    Table,
    Text,
    columns,
)

HOW = (
    "Explained: share of pairs where the answer becomes that of the question in which only this variable differs, when "
    "it travels this route alone. MLPs: those without which fewer than half of these answers follow."
)
EDGES = "An arrow's number is the share when this one connection alone carries the change; hover to read it."
MOST_DRAWN = 24
"""routes with a picture; a task whose every answer hangs on every token before it has hundreds"""
ALONE = "Share when this one place is taken from the run on the changed question. No number: nothing can pass there."
DRAWN = " These shares are of pairs drawn at random, {} or more of a route's, where it has many."


@describes(Routes, chapter="routes")
def routes_parts(result: Routes) -> tuple[Part, ...]:
    """The routes in words; how each looks, and every place that was tried."""
    if not result.routes:
        return (Text(result.summary),)
    rows = tuple(_row(result, route) for route in result.routes)
    names = columns("answer ← variable", "route", "explained", "MLPs", numeric=(2,))
    with_edges = [route for route in result.routes if route.edges]
    with_places = [route for route in result.routes if route.places]
    edges = [edge for route in with_edges for edge in route.edges]
    places = [place for route in with_places for place in route.places]
    graphs = tuple(_graph(result, route) for route in with_edges[:MOST_DRAWN])
    maps = tuple(_places(result, route) for route in with_places[:MOST_DRAWN])
    drawn = (
        (
            Fold(
                "The routes drawn, positions across, layers up",
                (_note(EDGES + _drawn(edges), len(with_edges)), Beside(graphs)),
            ),
        )
        if graphs
        else ()
    )
    tried = (
        (Fold("What every place carries alone", (_note(ALONE + _drawn(places), len(with_places)), *maps)),)
        if maps
        else ()
    )
    return (Text(result.summary), Table(names, rows, f"{HOW} {result.screening}"), *drawn, *tried)


def _drawn(rated: Sequence[Tried | RatedEdge]) -> str:
    """On how few pairs these were tried, where that was not on all."""
    sizes = [one.drawn for one in rated if one.drawn is not None]
    return DRAWN.format(min(sizes)) if sizes else ""


def _note(text: str, routes: int) -> Text:
    """What the pictures show, and where they are not all."""
    left = f" The first {MOST_DRAWN} of {routes} are drawn; the table has them all." if routes > MOST_DRAWN else ""
    return Text(text + left, "note")


def _row(result: Routes, route: Route) -> tuple[Cell, ...]:
    mlps = ", ".join(dict.fromkeys(f"L{place.component.split('.')[1]}" for place in route.mlps))
    return (f"{route.output} ← {route.variable}", how(route, result.positions), Share(route.explained), mlps or NOTHING)


def _graph(result: Routes, route: Route) -> Graph:
    rows = list(dict.fromkeys(_level(place) for place in sorted(route.nodes, key=_order)))
    nodes = tuple(
        DrawnNode(f"{_said(place)} at {result.positions[place.position]}", place.position, rows.index(_level(place)))
        for place in route.nodes
    )
    number = {place: which for which, place in enumerate(route.nodes)}
    arrows = tuple(Arrow(number[edge.sender], number[edge.receiver], edge.rate) for edge in route.edges)
    title = f"{route.output} ← {route.variable}"
    return Graph(title, nodes, arrows, tuple(rows), result.positions, "", "position")


def _places(result: Routes, route: Route) -> Heatmap:
    tried = sorted(route.places, key=lambda one: _order(one.node))
    components = list(dict.fromkeys(one.node.component for one in tried))
    across = range(min(one.node.position for one in tried), max(one.node.position for one in tried) + 1)
    rates = {one.node: one.rate for one in tried}
    values = tuple(tuple(rates.get(Node(c, position), math.nan) for position in across) for c in components)
    names = tuple(result.positions[position] for position in across)
    shown = tuple(_said(Node(component, 0)) for component in components)
    title = f"{route.output} ← {route.variable}: one place alone"
    return Heatmap(title, values, shown, names, "", "position")


def _order(place: Node) -> tuple[float, str]:
    """In the order of the forward pass."""
    parts = place.component.split(".")
    if parts[0] != "blocks":
        return (-1.0 if place.component == "hook_embed" else math.inf), ""
    kind = {"hook_resid_pre": 0.0, "attn": 0.3, "mlp": 0.6}[parts[2]]
    return int(parts[1]) + kind, place.component


def _level(place: Node) -> str:
    parts = place.component.split(".")
    return _said(place) if parts[0] != "blocks" else f"L{parts[1]} {'heads' if parts[2] == 'attn' else 'MLP'}"


def _said(place: Node) -> str:
    parts = place.component.split(".")
    if parts[0] != "blocks":
        return {"hook_embed": "token", "logits": "answer"}[place.component]
    kind = {"hook_resid_pre": "stream", "mlp": "MLP"}.get(parts[2]) or f"head {parts[4]}"
    return f"L{parts[1]} {kind}"
