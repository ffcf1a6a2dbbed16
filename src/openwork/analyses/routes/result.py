"""All routes of a model as one result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openwork.analyses.pairs import Alternatives
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.routes.route import Route, route_from_json
from openwork.analyses.routes.screening import DOUBT
from openwork.analyses.routes.wording import how, path_text, reading
from openwork.errors import PlanError, Reason, suggestion

VERSION, READ = 3, (1, 2, 3)
"""of the method and of the JSON, and those that are read; what another version found is found again. In version 1 every
rate is of all pairs"""
ALONE = "where one is changed alone, no input is a question of the task any more"
MOST_NAMED = 4
"""variables that a sentence names"""
Mechanism = tuple[tuple[str, str, tuple[tuple[int, tuple[tuple[int, int, int, int], ...]], ...]], ...]
"""For each output and variable, the paths; each the position of its token and, for every hop, layer, head, and the
positions from and to. Heads of a layer are numbered in the order in which they first occur, for their own numbers say
nothing; so models with equal values fetch the same things from the same places in the same layers."""


@dataclass(frozen=True)
class Routes(Result):
    """How every variable reaches every output that it decides.

    Attributes:
        routes: in the order of the outputs.
        positions: what stands at each position, for example `x[2]`.
        inputs: how many questions were measured on.
        domain: how many there are; None where nobody has counted them.
        alternatives: `all`: every other value of the variable; `one`: a drawn one for each input.
        at_least: what counts as carrying.
        fixed: variables that cannot be changed alone, for no input would be a question of the task any more.
    """

    routes: tuple[Route, ...]
    positions: tuple[str, ...]
    inputs: int
    domain: int | None
    alternatives: Alternatives
    at_least: float
    forward_rows: int
    fixed: tuple[str, ...] = ()

    @property
    def doubt(self) -> float:
        """Chance, at most, that drawn pairs misled the search for a route anywhere; 0 where all pairs were run."""
        return DOUBT * sum(route.screened for route in self.routes)

    @property
    def screening(self) -> str:
        """What was measured on all pairs, and what on drawn ones."""
        if not self.doubt:
            return "Every rate is of all pairs."
        return (
            "Rates of routes and paths are of all pairs, those of connections and places of drawn ones where pairs are "
            "many. Which routes there are was settled on drawn pairs: the chance that it misled anywhere is below 1 in "
            f"{1 / self.doubt:,.0f}."
        )

    @property
    def explained(self) -> float:
        """Share of all pairs in which the answer follows along the routes found."""
        return sum(r.explained * r.pairs for r in self.routes) / max(sum(r.pairs for r in self.routes), 1)

    @property
    def coverage(self) -> str:
        """How much of what could be asked was asked."""
        of = "" if self.domain is None else f" of {self.domain:,}"
        values = "every other value" if self.alternatives == "all" else "one drawn other value"
        return f"{self.inputs:,}{of} inputs, {values} of each variable"

    @property
    def mechanism(self) -> Mechanism:
        """What is fetched from where, to group models by."""
        numbers: dict[str, int] = {}
        count: dict[int, int] = {}

        def number(head: str) -> tuple[int, int]:
            layer = int(head.split(".")[1])
            if head not in numbers:
                numbers[head] = count[layer] = count.get(layer, -1) + 1
            return layer, numbers[head]

        return tuple(
            (
                route.output,
                route.variable,
                tuple((p.entry, tuple((*number(h.head), h.source, h.target) for h in p.hops)) for p in route.paths),
            )
            for route in self.routes
        )

    def of(self, outputs: Iterable[str]) -> Routes:
        """Those of these outputs; the cost stays that of all.

        Raises:
            PlanError: no variable decides such an output, each named.
        """
        chosen, known = tuple(outputs), list(dict.fromkeys(route.output for route in self.routes))
        reasons = [Reason(o, "there is no route to it", suggestion(o, known)) for o in chosen if o not in known]
        if reasons:
            raise PlanError("no such routes", reasons)
        return replace(self, routes=tuple(route for route in self.routes if route.output in chosen))

    def reading(self, route: Route) -> str:
        """A route in one line: `y[5] <- x[2]: layer-1 head 0 from the position of x[2]`."""
        return reading(route, self.positions)

    @property
    def readings(self) -> tuple[str, ...]:
        """Every route in one line."""
        return tuple(self.reading(route) for route in self.routes)

    @property
    def title(self) -> str:
        return f"Routes: path patching on {sum(route.pairs for route in self.routes):,} pairs"

    @property
    def summary(self) -> str:
        if not self.routes:
            return self._none
        kinds: dict[str, int] = {}
        for route in self.routes:
            kinds[_sort(route)] = kinds.get(_sort(route), 0) + 1
        said = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        followed = f"along these routes alone, the answer follows in {percent(self.explained)} of pairs"
        fixed = f" No route was sought for {_some(self.fixed)}: {ALONE}." if self.fixed else ""
        return f"{len(self.routes)} routes: {said}; {followed} ({self.coverage}).{fixed}"

    @property
    def _none(self) -> str:
        if self.fixed:
            return f"No route can be sought for {_some(self.fixed)}: {ALONE}."
        return "No answer changes where one variable is changed alone, so there is no route to seek."

    def records(self) -> list[Record]:
        """One row for every path; one for a route without."""
        return [row for route in self.routes for row in self._rows(route)]

    def _rows(self, route: Route) -> Iterable[Record]:
        same: Record = {"output": route.output, "variable": route.variable, "kind": route.kind, "pairs": route.pairs}
        end: Record = {"explained": route.explained, "whole": route.whole}
        for path in route.paths:
            said = path_text(path, route, self.positions)
            yield same | {"path": said, "hops": len(path.hops), "rate": path.rate, "suffices": path.suffices} | end
        if not route.paths:
            rates: Record = {"rate": route.explained, "suffices": route.explained}
            yield same | {"path": how(route, self.positions), "hops": 0} | rates | end

    def as_json(self) -> dict[str, Any]:
        """In plain values; `routes_from_json` reads them."""
        own = {
            name: getattr(self, name) for name in ("positions", "inputs", "domain", "alternatives", "at_least", "fixed")
        }
        own |= {"version": VERSION, "forward_rows": self.forward_rows}
        return own | {"routes": [route.as_json() for route in self.routes]}


def routes_from_json(kept: Mapping[str, Any], least: int = 1) -> Routes | None:
    """What `Routes.as_json` gave, after its way through JSON; None where another version did, or on fewer inputs."""
    if kept.get("version") not in READ or kept["inputs"] < least:
        return None
    fields = {name: value for name, value in kept.items() if name != "version"}
    read = {"positions": tuple(kept["positions"]), "routes": tuple(route_from_json(route) for route in kept["routes"])}
    read["fixed"] = tuple(kept.get("fixed", ()))
    return Routes(**fields | read)


def _some(names: Sequence[str]) -> str:
    """The first of these names, and how many more."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _sort(route: Route) -> str:
    if route.kind != "one":
        said = {"either": "by either of several paths", "together": "by several paths together", "none": "not found"}
        return said.get(route.kind, {"tangle": "in a tangle"}.get(route.kind, "not answered"))
    moves = [hop for hop in route.paths[0].hops if hop.source != hop.target]
    names = ("direct", "in one hop", "in two hops", "in three hops")
    return names[len(moves)] if len(moves) < len(names) else f"in {len(moves)} hops"
