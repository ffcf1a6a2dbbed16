"""A route: how one variable reaches one output, as numbers and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from openwork.analyses.node import Node

Kind = Literal["one", "either", "together", "tangle", "none", "unanswered"]
"""`one` path; `either` of several suffices; several `together`; a `tangle` of too many paths to tell apart; `none` was
found; `unanswered`: the model seldom gives the source's answer to the source itself, so there is nothing to find."""
EMBED, LOGITS = "hook_embed", "logits"
"""the components of the first and the last node of every path"""


class RatedEdge(NamedTuple):
    """An `Edge`, the rate when what it hands on is all that is taken from the source's run, and of how many drawn pairs
    that is; None: of all."""

    sender: Node
    receiver: Node
    rate: float
    drawn: int | None = None


class Tried(NamedTuple):
    """A node, the rate when it alone is taken from the source's run, and on how many drawn pairs; None: on all."""

    node: Node
    rate: float
    drawn: int | None = None


class Hop(NamedTuple):
    """A head takes it from one position to another; or both are one, where it needs the head to stay there."""

    head: str
    source: int
    target: int


@dataclass(frozen=True)
class RoutePath:
    """One way from a token to the answer.

    Attributes:
        entry: position of the token that differs.
        hops: the heads that move it, in order; none where it is read directly.
        rate: with this path alone taken from the source, all else running on the input.
        suffices: the same with every other path silenced to its mean, where there are others.
    """

    entry: int
    hops: tuple[Hop, ...]
    rate: float
    suffices: float


@dataclass(frozen=True)
class Route:
    """How a variable reaches an output.

    Rates are shares of pairs in which the prediction becomes the source's answer.

    Attributes:
        output: for example `y[5]`.
        variable: for example `x[2]`.
        token: position of the variable's token.
        query: position that predicts the output.
        pairs: inputs with a source each whose answer differs.
        whole: rate when every token that differs is taken from the source: how often the model answers the source.
        explained: rate when all paths are taken from the source and nothing else.
        kind: how the paths stand to one another.
        paths: every way that is needed or suffices.
        edges: the same as a graph of components, with the MLPs that the route cannot do without.
        places: everything that was tried alone; these rates, and those of edges, may be of drawn pairs.
        screened: whether it was sought on drawn pairs.
    """

    output: str
    variable: str
    token: int
    query: int
    pairs: int
    whole: float
    explained: float
    kind: Kind
    paths: tuple[RoutePath, ...] = ()
    edges: tuple[RatedEdge, ...] = ()
    places: tuple[Tried, ...] = ()
    screened: bool = False

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads on it, in the order of the paths."""
        return tuple(dict.fromkeys(hop.head for path in self.paths for hop in path.hops))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """What its edges join, in the order of the edges."""
        return tuple(dict.fromkeys(node for edge in self.edges for node in (edge.sender, edge.receiver)))

    @property
    def mlps(self) -> tuple[Node, ...]:
        """The MLPs without which most of its answers are lost."""
        return tuple(node for node in self.nodes if node.is_mlp)

    def rate_at(self, component: str, position: int) -> float | None:
        """The rate of this place alone; None where it was not tried, for nothing can pass there."""
        return next((tried.rate for tried in self.places if tried.node == (component, position)), None)

    def as_json(self) -> dict[str, Any]:
        """In plain values; `route_from_json` reads them."""
        return asdict(self)


def route_from_json(kept: Mapping[str, Any]) -> Route:
    """What `Route.as_json` gave, after its way through JSON."""
    paths = (
        RoutePath(p["entry"], tuple(Hop(*hop) for hop in p["hops"]), p["rate"], p["suffices"]) for p in kept["paths"]
    )
    edges = (RatedEdge(Node(*sender), Node(*receiver), *rest) for sender, receiver, *rest in kept["edges"])
    places = (Tried(Node(*node), *rest) for node, *rest in kept["places"])
    return Route(**dict(kept) | {"paths": tuple(paths), "edges": tuple(edges), "places": tuple(places)})
