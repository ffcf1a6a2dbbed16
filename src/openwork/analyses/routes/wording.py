"""A route in one line that a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from openwork.analyses.result import percent
from openwork.analyses.routes.route import Hop, Route, RoutePath


def reading(route: Route, positions: Sequence[str]) -> str:
    """For example `y[5] <- x[2]: layer-1 head 0 from the position of x[2]`; `positions` names what stands at each."""
    return f"{route.output} <- {route.variable}: {how(route, positions)}"


def how(route: Route, positions: Sequence[str]) -> str:
    """The paths of a route, and how they stand to one another."""
    said = [path_text(path, route, positions) for path in route.paths]
    match route.kind:
        case "unanswered":
            return f"not looked for, as the model answers only {percent(route.whole)} of the changed questions"
        case "none":
            return f"no route found, what was found explains {percent(route.explained)}"
        case "tangle":
            return f"a tangle of too many paths to tell apart ({len(route.edges)} edges)"
        case "either":
            return "either " + ", or ".join(said)
        case "together":
            return "together " + ", and ".join(said)
    return said[0]


def path_text(path: RoutePath, route: Route, positions: Sequence[str]) -> str:
    """One path in words."""
    start = "" if path.entry == route.token else f"by way of the answer {positions[path.entry]}: "
    if not path.hops:
        return f"{start}direct, read where it stands"
    return start + ", then ".join(_hop(path.hops, number, positions) for number in range(len(path.hops)))


def head_name(head: str) -> str:
    """`blocks.1.attn.head.0` as `layer-1 head 0`."""
    _, layer, _, _, number = head.split(".")
    return f"layer-{layer} head {number}"


def _hop(hops: Sequence[Hop], number: int, positions: Sequence[str]) -> str:
    hop, moves_on = hops[number], any(later.source != later.target for later in hops[number + 1 :])
    if hop.source == hop.target:
        return f"{head_name(hop.head)} at its own position"
    origin = "there" if number else f"the position of {positions[hop.source]}"
    return f"{head_name(hop.head)} from {origin}" + (f" to that of {positions[hop.target]}" if moves_on else "")
