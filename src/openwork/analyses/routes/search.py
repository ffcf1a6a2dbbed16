"""Finding the route of one variable to one output: places first, then the links between them, then the MLPs on the way.

1. *Places.* Every component at every position that the variable can reach is taken from the source's run, alone. At
   the start of each layer the positions are chosen that carry it: those whose stream suffices alone, or else the
   smallest set that does together. Two redundant routes are seen here or in the next step: either alone does little,
   for the other still says the old value; together they carry all.
2. *Links.* Between the places of neighbouring layers every head, and staying at the position, is tried alone and
   together (see `flow`), and the smallest set of links is kept that carries as much.
3. *Locals.* MLPs on the way, and heads that look at their own position, are held to what they do in the base run, and
   muted to a mean. Where most answers are lost either way, the local is part of the route; where most follow its output
   alone, the stream past it is not. Locals often share the work, so they say less than the links do.
4. *Paths.* Each path through the links alone, and with all others silenced to their means: where every one suffices
   then, they are redundant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from openwork.analyses.component import component_named, head_components
from openwork.analyses.routes.flow import MLP, STAY, Flow, Link, Spot, Worlds, stream_site
from openwork.analyses.routes.following import SOURCE, Following
from openwork.analyses.routes.graph import edges_of
from openwork.analyses.routes.route import EMBED, Edge, Hop, Kind, Place, RoutePath, Tried
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
    edges: tuple[Edge, ...] = ()
    places: tuple[Tried, ...] = ()


@dataclass(frozen=True, eq=False)
class Search:
    """The search for one route.

    Attributes:
        following: runs plans over the pairs of the output and the variable.
        at_least: what counts as carrying: this share of the rate with everything taken from the source.
    """

    following: Following
    at_least: float

    def found(self) -> Found:
        """Runs it."""
        whole = self.following.whole()
        if whole < ANSWERED:
            return Found(whole, 0.0, "unanswered")
        places = self._places()
        links = self._links(self._chosen(dict(places), self.at_least * whole), self.at_least * whole)
        explained = self._rate(Flow(links)) if links or not self.spec.n_layers else 0.0
        if explained <= 1 - self.at_least:
            return Found(whole, explained, "none", places=places)
        ways = list(_ways(links, self.spec.n_layers, self.query))
        needed, passed = self._locals(links, HALF * explained)
        edges = edges_of(self.following, ways, needed, passed)
        if len(ways) > MOST_PATHS:
            return Found(whole, explained, "tangle", (), edges, places)
        paths = self._paths(ways, links, needed, explained)
        kind: Kind = "one"
        if len(paths) > 1:
            enough = all(path.suffices >= self.at_least * explained for path in paths)
            kind = "either" if enough else "together"
        return Found(whole, explained, kind, paths, edges, places)

    @property
    def spec(self) -> ModelSpec:
        return self.following.subject.spec

    @property
    def query(self) -> int:
        return self.following.pairs.position

    @cached_property
    def worlds(self) -> Worlds:
        return Worlds(self.spec, self.following.base)

    @cached_property
    def reach(self) -> range:
        """Positions that what enters can reach."""
        causal = self.spec.attention_dir == "causal"
        return range(min(self.following.entries) if causal else 0, self.following.base.shape[1])

    def _rates(self, plans: Sequence[Plan]) -> list[float]:
        return self.following.rates(plans, self.worlds.found)

    def _rate(self, flow: Flow) -> float:
        return self._of_flows([flow])[0]

    def _of_flows(self, flows: Sequence[Flow]) -> list[float]:
        return self._rates([self.worlds.plan(flow, self.spec.n_layers, self.query) for flow in flows])

    def _places(self) -> tuple[Tried, ...]:
        """Every place where it can pass, with its rate alone. Above the last attention only the query is left."""
        spec = self.spec
        tried = [Place(EMBED, position) for position in self.following.entries]
        for layer in range(spec.n_layers):
            last = layer == spec.n_layers - 1
            if layer:
                tried += [Place(stream_site(layer), position) for position in self.reach]
            names = [c.name for c in head_components(spec) if c.name.startswith(f"blocks.{layer}.")]
            names += [] if spec.attn_only else [f"blocks.{layer}.mlp"]
            tried += [Place(n, p) for n in names for p in ((self.query,) if last else self.reach)]
        rates = self._rates([self._taking(place) for place in tried])
        return tuple(Tried(place, rate) for place, rate in zip(tried, rates, strict=True))

    def _taking(self, place: Place) -> Plan:
        component = component_named(self.spec, place.component)
        return Plan((Patch(component.site, (place.position,), component.heads, source=SOURCE),))

    def _chosen(self, alone: dict[Place, float], wanted: float) -> list[tuple[int, ...]]:
        """For the start of each layer, and the end, the positions whose streams carry it."""
        found = []
        for layer in range(self.spec.n_layers):
            site = stream_site(layer)
            here = {place.position: rate for place, rate in alone.items() if place.component == site}

            def together(sets: Sequence[tuple[int, ...]], site: str = site) -> list[float]:
                return self._rates([Plan((Patch(site, chosen, source=SOURCE),) if chosen else ()) for chosen in sets])

            found.append(smallest(tuple(here), tuple(here.values()), together, wanted))
        return [*found, (self.query,)]

    def _links(self, chosen: Sequence[tuple[int, ...]], wanted: float) -> Way:
        """The smallest set of links between these positions that carries as much as they do."""
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
            return ()
        plans = [self.worlds.plan(Flow((li,), start=li.layer), li.layer + 1, li.target) for li in possible]
        alone, all_of_them = self._rates(plans), self._rate(Flow(tuple(possible)))
        reached = min(wanted, self.at_least * all_of_them)
        kept = smallest(possible, alone, lambda sets: self._of_flows([Flow(links) for links in sets]), reached)
        return tuple(_connected(kept, self.spec.n_layers, self.query))

    def _can(self, source: int, target: int, head: int) -> bool:
        if source == target or head == STAY:
            return source == target and head == STAY
        return source < target or self.spec.attention_dir != "causal"

    def _locals(self, links: Way, wanted: float) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
        """The locals that the links need, and those of them that the stream goes past as well."""
        staying = {(link.layer, link.target) for link in links if link.head == STAY}
        heads = {Spot(*place, head) for place in staying for head in range(self.spec.n_heads)}
        mlps = () if self.spec.attn_only else {Spot(link.layer, link.target, MLP) for link in links}
        spots = tuple(sorted(heads.union(mlps), key=lambda spot: (spot.layer, spot.head == MLP, spot)))

        def with_only(sets: Sequence[tuple[Spot, ...]]) -> list[float]:
            others = [tuple(spot for spot in spots if spot not in kept) for kept in sets]
            flows = [Flow(links, held=rest) for rest in others] + [Flow(links, muted=rest) for rest in others]
            rates = self._of_flows(flows)
            return [max(held, muted) for held, muted in zip(rates[: len(sets)], rates[len(sets) :], strict=True)]

        if not spots:
            return (), ()
        without = with_only([tuple(other for other in spots if other != spot) for spot in spots])
        needed = tuple(spot for spot, rate in zip(spots, without, strict=True) if rate < wanted)
        if not needed and with_only([()])[0] < wanted:  # they stand in for one another
            needed = smallest(spots, with_only([(spot,) for spot in spots]), with_only, wanted)
        bare = self._of_flows([Flow(links, bare=spot) for spot in needed])
        return needed, tuple(spot for spot, rate in zip(needed, bare, strict=True) if rate < wanted)

    def _paths(
        self, ways: Sequence[Way], links: Way, needed: Sequence[Spot], explained: float
    ) -> tuple[RoutePath, ...]:
        if len(ways) == 1:
            rates = silenced = [explained]
        else:
            rates = self._of_flows([Flow(way) for way in ways])
            others = [tuple(link for link in links if link not in way) for way in ways]
            silenced = self._of_flows([Flow(way, rest) for way, rest in zip(ways, others, strict=True)])
        return tuple(
            RoutePath(way[0].source if way else self.query, tuple(_hops(way, needed)), rate, suffices)
            for way, rate, suffices in zip(ways, rates, silenced, strict=True)
        )


def _hops(way: Way, needed: Sequence[Spot]) -> Iterator[Hop]:
    """The heads along a way: those that move it, and those needed that look at the position where it stays."""
    for layer, source, target, by in way:
        at_home = [spot.head for spot in needed if spot[:2] == (layer, target) and spot.head != MLP]
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
