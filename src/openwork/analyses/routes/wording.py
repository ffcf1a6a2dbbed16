"""A route in one line that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

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
    together = [tuple(side) for _, side in groupby(path.hops, key=lambda hop: hop.head.split(".")[1])]
    return start + ", then ".join(_hops(together, number, positions) for number in range(len(together)))


def head_name(head: str) -> str:
    """`blocks.1.attn.head.0` as `layer-1 head 0`."""
    _, layer, _, _, number = head.split(".")
    return f"layer-{layer} head {number}"


def _hops(together: Sequence[tuple[Hop, ...]], number: int, positions: Sequence[str]) -> str:
    """The heads of one layer on a path: one that moves it, or all that need to look at the position where it stays."""
    side, later = together[number], together[number + 1 :]
    hop = side[0]
    if len(side) > 1:
        _, layer, *_ = hop.head.split(".")
        return f"layer-{layer} heads {listed([one.head.split('.')[-1] for one in side])} at their own position"
    if hop.source == hop.target:
        return f"{head_name(hop.head)} at its own position"
    moves_on = any(other.source != other.target for others in later for other in others)
    origin = "there" if number else f"the position of {positions[hop.source]}"
    return f"{head_name(hop.head)} from {origin}" + (f" to that of {positions[hop.target]}" if moves_on else "")


def listed(names: Sequence[str]) -> str:
    """`0`, `0 and 1`, `0, 1 and 2`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
