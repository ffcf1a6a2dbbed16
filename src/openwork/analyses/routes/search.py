"""Finding the route of one variable to one output: places first, links between them, then the MLPs on the way.

1. *Places.* Every component at every position that the variable can reach is taken from the source's run, alone. At
   the start of each layer the positions are chosen that carry it: those whose stream suffices alone, or else the
   smallest set that does together. Two redundant routes are seen here or in the next step: either alone does little,
   for the other still says the old value; together they carry all.
2. *Links.* Between the places of neighbouring layers every head, and staying at the position, is tried alone and
   together (see `flow`), and the smallest set of links is kept that carries as much.
3. *Rates.* The links together, each path through them alone and with all others silenced to their means, on all pairs,
   in one sweep. Where every path suffices alone, they are redundant.
4. *Locals.* MLPs on the way, and heads that look at their own position, are held to what they do in the base run, and
   muted to a mean. Where most answers are lost either way, the local is part of the route; where most follow its output
   alone, the stream past it is not. Locals often share the work, so they say less than the links do.

Steps 1, 2 and 4 ask only whether something reaches a bar, which `screening` settles on samples; what 3 measures is
told. Rates of single places, and of edges between components, are shown as they are on drawn pairs. Where the links
carry less of all pairs than samples promised, everything is asked again on all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from openwork.analyses.component import component_named, head_components
from openwork.analyses.node import Node, head_node, mlp_node
from openwork.analyses.routes.flow import STAY, Flow, Link, Worlds
from openwork.analyses.routes.following import Following
from openwork.analyses.routes.graph import edges_of
from openwork.analyses.routes.means import Means, stream_site
from openwork.analyses.routes.merging import SOURCE
from openwork.analyses.routes.route import EMBED, Hop, Kind, RatedEdge, RoutePath, Tried
from openwork.analyses.routes.screening import FIRST, Bar, Screen, Screened
from openwork.analyses.routes.smallest import smallest
from openwork.interventions import Patch, Plan
from openwork.models import ModelSpec

ANSWERED = 0.5
"""share of sources that the model must answer for a route to be sought"""
HALF = 0.5
"""a local belongs to a route where fewer than this share of its answers follow without it"""
MOST_PATHS = 16
"""paths that are told apart"""
Way = tuple[Link, ...]
"""links that follow one another, one for each layer"""


@dataclass(frozen=True)
class Found:
    """What a search came to; see `Route`."""

    whole: float
    explained: float
    kind: Kind
    paths: tuple[RoutePath, ...] = ()
    edges: tuple[RatedEdge, ...] = ()
    places: tuple[Tried, ...] = ()
    screened: bool = False


@dataclass(frozen=True, eq=False)
class Search:
    """The search for one route.

    Attributes:
        following: runs plans over the pairs of the output and the variable.
        means: of streams and MLPs over all inputs.
        at_least: what counts as carrying: this share of the rate with everything taken from the source.
        first: pairs that are drawn first to settle a question; as many as there are rows: none is drawn.
    """

    following: Following
    means: Means
    at_least: float
    first: int = FIRST

    def found(self) -> Found:
        """Runs it."""
        whole = self.following.whole()
        if whole < ANSWERED:
            return Found(whole, 0.0, "unanswered")
        places, streams = self._places(self.at_least * whole)
        links, bar = self._links(self._chosen(streams, self.at_least * whole), self.at_least * whole)
        if links or not self.spec.n_layers:
            [promised] = self._judged([Flow(links)], bar)
            found = self._measured(whole, links, places)
            if promised.reaches and found.explained < self.screen.lowest(bar):
                return replace(self, first=self.following.rows).found()
            return replace(found, screened=self.screen.drew)
        return Found(whole, 0.0, "none", places=places, screened=self.screen.drew)

    @property
    def spec(self) -> ModelSpec:
        return self.following.subject.spec

    @property
    def query(self) -> int:
        return self.following.pairs.position

    @cached_property
    def worlds(self) -> Worlds:
        return Worlds(self.spec, self.following.base, self.means)

    @cached_property
    def screen(self) -> Screen:
        return Screen(self.following, self.worlds.found, self.first)

    @cached_property
    def reach(self) -> range:
        """Positions that what enters can reach."""
        causal = self.spec.attention_dir == "causal"
        return range(min(self.following.entries) if causal else 0, self.following.base.shape[1])

    def _plan(self, flow: Flow) -> Plan:
        return self.worlds.plan(flow, self.spec.n_layers, self.query)

    def _judged(self, flows: Sequence[Flow], bar: Bar) -> list[Screened]:
        return self.screen.judged([self._plan(flow) for flow in flows], bar)

    def _places(self, wanted: float) -> tuple[tuple[Tried, ...], dict[Node, Screened]]:
        """Every place where it can pass, with its rate alone; and whether the streams among them reach what is wanted.

        Above the last attention only the query is left.
        """
        spec = self.spec
        streams = [Node(EMBED, position) for position in self.following.entries]
        streams += [Node(stream_site(layer), position) for layer in range(1, spec.n_layers) for position in self.reach]
        parts: list[Node] = []
        for layer in range(spec.n_layers):
            names = [c.name for c in head_components(spec) if c.name.startswith(f"blocks.{layer}.")]
            names += [] if spec.attn_only else [f"blocks.{layer}.mlp"]
            where = (self.query,) if layer == spec.n_layers - 1 else self.reach
            parts += [Node(name, position) for name in names for position in where]
        every = (*streams, *parts)
        shown = self.screen.rates([self._taking(node) for node in every])
        taking = [self._taking(node) for node in streams]
        judged = self.screen.judged(taking, Bar(wanted), dict(zip(taking, shown, strict=False)))
        tried = tuple(Tried(node, one.rate, one.drawn) for node, one in zip(every, shown, strict=True))
        return tried, dict(zip(streams, judged, strict=True))

    def _taking(self, node: Node) -> Plan:
        component = component_named(self.spec, node.component)
        return Plan((Patch(component.site, (node.position,), component.heads, source=SOURCE),))

    def _chosen(self, streams: dict[Node, Screened], wanted: float) -> list[tuple[int, ...]]:
        """For the start of each layer, and the end, the positions whose streams carry it."""
        positions = []
        for layer in range(self.spec.n_layers):
            site = stream_site(layer)
            here = {node.position: judged for node, judged in streams.items() if node.component == site}

            def together(sets: Sequence[tuple[int, ...]], site: str = site) -> list[Screened]:
                plans = [Plan((Patch(site, chosen, source=SOURCE),) if chosen else ()) for chosen in sets]
                return self.screen.judged(plans, Bar(wanted))

            positions.append(smallest(tuple(here), tuple(here.values()), together))
        return [*positions, (self.query,)]

    def _links(self, chosen: Sequence[tuple[int, ...]], wanted: float) -> tuple[Way, Bar]:
        """The smallest set of links between these positions that carries as much as they do; and how much that is."""
        possible = [
            Link(layer, source, target, head)
            for layer in range(self.spec.n_layers)
            for target in chosen[layer + 1]
            for source in chosen[layer]
            for head in range(STAY, self.spec.n_heads)
            if self._can(source, target, head)
        ]
        possible = _connected(possible, self.spec.n_layers, self.query)
        if not possible:
            return (), Bar(wanted)
        bar = Bar(wanted, self._plan(Flow(tuple(possible))), self.at_least)
        plans = [self.worlds.plan(Flow((li,), start=li.layer), li.layer + 1, li.target) for li in possible]
        alone = self.screen.judged(plans, bar)
        kept = smallest(possible, alone, lambda sets: self._judged([Flow(links) for links in sets], bar))
        return tuple(_connected(kept, self.spec.n_layers, self.query)), bar

    def _can(self, source: int, target: int, head: int) -> bool:
        if source == target or head == STAY:
            return source == target and head == STAY
        return source < target or self.spec.attention_dir != "causal"

    def _measured(self, whole: float, links: Way, places: tuple[Tried, ...]) -> Found:
        """What is told of the route along these links, on all pairs."""
        flow, little = Flow(links), 1 - self.at_least
        carries = self._judged([flow], Bar(little))[0].reaches
        if not carries and self._of_all([flow])[0] <= little:
            return Found(whole, self._of_all([flow])[0], "none", places=places)
        ways = list(_ways(links, self.spec.n_layers, self.query))
        alone = [Flow(way) for way in ways]
        silenced = [Flow(way, tuple(link for link in links if link not in way)) for way in ways]
        flows = [flow] if len(ways) > MOST_PATHS else [flow, *alone, *silenced]
        explained, *rates = self._of_all(flows)
        if explained <= little:
            return Found(whole, explained, "none", places=places)
        needed, passed = self._locals(links, HALF * explained)
        edges = self._edges(ways, needed, passed)
        if len(ways) > MOST_PATHS:
            return Found(whole, explained, "tangle", (), edges, places)
        paths = tuple(
            RoutePath(way[0].source if way else self.query, tuple(_hops(way, needed)), rate, suffices)
            for way, rate, suffices in zip(ways, rates, rates[len(ways) :], strict=False)
        )
        kind: Kind = "one"
        if len(paths) > 1:
            enough = all(path.suffices >= self.at_least * explained for path in paths)
            kind = "either" if enough else "together"
        return Found(whole, explained, kind, paths, edges, places)

    def _edges(self, ways: Sequence[Way], needed: Sequence[Node], passed: Sequence[Node]) -> tuple[RatedEdge, ...]:
        """Every edge on these ways with its rate alone."""
        edges = edges_of(self.following, ways, needed, passed)
        for edge in edges.values():
            self.worlds.take(edge.sources)
        shown = self.screen.rates([edge.plan for edge in edges.values()])
        return tuple(RatedEdge(*ends, one.rate, one.drawn) for ends, one in zip(edges, shown, strict=True))

    def _of_all(self, flows: Sequence[Flow]) -> list[float]:
        """Rates on all pairs."""
        return self.following.rates([self._plan(flow) for flow in flows], self.worlds.found)

    def _locals(self, links: Way, half: float) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        """The locals without which fewer than `half` follow, and those of them that the stream goes past as well."""
        staying = {(link.layer, link.target) for link in links if link.head == STAY}
        heads = {head_node(layer, head, p) for layer, p in staying for head in range(self.spec.n_heads)}
        mlps = () if self.spec.attn_only else {mlp_node(link.layer, link.target) for link in links}
        nodes = tuple(sorted(heads.union(mlps), key=_order))
        if not nodes:
            return (), ()
        bar = Bar(half)

        def with_only(sets: Sequence[tuple[Node, ...]]) -> list[Screened]:
            others = [tuple(node for node in nodes if node not in kept) for kept in sets]
            plans = [(self._plan(Flow(links, held=rest)), self._plan(Flow(links, muted=rest))) for rest in others]
            return self.screen.judged(plans, bar)

        without = with_only([tuple(other for other in nodes if other != node) for node in nodes])
        needed = tuple(node for node, rest in zip(nodes, without, strict=True) if not rest.reaches)
        if not needed and not with_only([()])[0].reaches:  # they stand in for one another
            needed = smallest(nodes, with_only([(node,) for node in nodes]), with_only)
        bare = self._judged([Flow(links, bare=node) for node in needed], bar) if needed else []
        return needed, tuple(node for node, alone in zip(needed, bare, strict=True) if not alone.reaches)


def _order(node: Node) -> tuple[int, bool, int, int]:
    """As the forward pass computes them."""
    return node.layer, node.is_mlp, node.position, node.head or 0


def _hops(way: Way, needed: Sequence[Node]) -> Iterator[Hop]:
    """The heads along a way: those that move it, and those needed that look at the position where it stays."""
    for layer, source, target, by in way:
        at_home = [node.head for node in needed if (node.layer, node.position) == (layer, target) and not node.is_mlp]
        for head in at_home if by == STAY else [by]:
            yield Hop(f"blocks.{layer}.attn.head.{head}", source, target)


def _ways(links: Sequence[Link], n_layers: int, query: int) -> Iterator[Way]:
    """Every way through these links to the query, at most one more than are told apart."""
    ends: list[tuple[int, Way]] = [(query, ())]
    for layer in reversed(range(n_layers)):
        ends = [
            (link.source, (link, *rest))
            for position, rest in ends
            for link in links
            if (link.layer, link.target) == (layer, position)
        ][: MOST_PATHS + 1]
    return (way for _, way in ends)


def _connected(links: Sequence[Link], n_layers: int, query: int) -> list[Link]:
    """Those that lie on a way from the first layer to the query."""
    after = {query}
    for layer in reversed(range(n_layers)):
        links = [link for link in links if link.layer != layer or link.target in after]
        after = {link.source for link in links if link.layer == layer}
    before = {link.source for link in links if link.layer == 0}
    for layer in range(n_layers):
        links = [link for link in links if link.layer != layer or link.source in before]
        before = {link.target for link in links if link.layer == layer}
    return list(links)
