"""Routes as a page draws them: paths through the streams, layer by layer, with the share that each carries."""

from __future__ import annotations

from typing import Any

from openwork.analyses import Route, Routes
from openwork.analyses.routes import Hop, RoutePath
from openwork.analyses.routes.wording import reading
from openwork.models import ModelSpec
from openwork.tasks import Task

HOW = (
    "A blue line is a head that moves it, or takes it in where it stands; a grey one stays in the stream, past the "
    "heads. The number at a line is the share of pairs of questions, which differ in the deciding variable only, "
    "where the answer follows when this path alone carries the change and all else runs on the question itself."
)
TOLD = "of answers follow along this path alone"

Link = dict[str, Any]


def live_routes(task: Task, spec: ModelSpec, found: Routes | None) -> dict[str, Any] | None:
    """Every route with its links; None where none was looked for."""
    if found is None:
        return None
    routes = [_route(task, spec, route, found.positions) for route in found.routes]
    return {"how": HOW, "summary": found.summary, "routes": routes}


def _route(task: Task, spec: ModelSpec, route: Route, positions: tuple[str, ...]) -> dict[str, Any]:
    return {
        "output": task.outputs.index(route.output),
        "variable": route.variable,
        "reading": f"{reading(route, positions)}.".replace(" <- ", " ← "),
        "edges": links_of(spec, route),
    }


def links_of(spec: ModelSpec, route: Route) -> list[Link]:
    """What its paths do in every layer, each link once with the rate of the path that carries most along it."""
    links: dict[tuple[Any, ...], Link] = {}
    for path in route.paths:
        for link in _links(spec, path):
            known = links.setdefault((link["layer"], link["head"], link["from"], link["to"]), link)
            known["rate"] = max(known["rate"], link["rate"])
    return list(links.values())


def _links(spec: ModelSpec, path: RoutePath) -> list[Link]:
    """What the path does in every layer: a head moves it, heads take it in where it stands, or it stays where it is."""
    position, links = path.entry, []
    for layer in range(spec.n_layers):
        hops = [hop for hop in path.hops if _layer(hop) == layer]
        target = hops[0].target if hops else position
        heads: list[int | None] = [int(hop.head.rpartition(".")[2]) for hop in hops]
        for head in heads or [None]:
            links.append(
                {"layer": layer, "head": head, "from": position, "to": target, "rate": path.rate, "told": TOLD}
            )
        position = target
    return links


def _layer(hop: Hop) -> int:
    return int(hop.head.split(".")[1])
