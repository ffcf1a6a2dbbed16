"""Whole: what carries weight and has no line, by what is lost when it is another input's.

A place without a line may use what the program says stands at its position already: the symbol there, and what its
variables hold there before. So it takes the value of another input that agrees with its own in all of these, and in
nothing else. Where no other agrees, one that agrees in the variables alone, and where none does, any other's: else a
program that holds the whole question would explain everything. Only where what stands there has no more values than a
readable table has entries, such an input keeps its own.

What no line says is resampled freely in this way, and a place that does with less than what stands there loses nothing
by it. In the whole model: all such places at once; and heads alone, for an MLP at another input's value could mend what
they do; the larger loss counts. Each place is also tried by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.steps import Step, Watch, silent
from openwork.data.randomness import bits, integers, permutation
from openwork.engines import World
from openwork.interventions import Patch, Plan
from openwork.programs.decompile.labels import compact, same_class
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.decompile.planes import Planes
from openwork.programs.language import READABLE, Ints, modulus_of_waves
from openwork.programs.place import Place
from openwork.programs.program import Program

INPUTS = 4096
AT_ONCE = 8
"""plans run between two looks at how far it is"""
WEIGHT = 0.001
"""share of inputs that one place must lose alone to be named"""


@dataclass(frozen=True)
class Whole:
    """How much no line explains.

    Attributes:
        inputs: how many were looked at.
        lost: on how many an answer changes with everything that no line says resampled at once; see above.
        alone: places that lose something by themselves, the most first: the place, and on how many inputs.
    """

    inputs: int
    lost: int
    alone: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Lost of the inputs, 0 to 1."""
        return self.lost / self.inputs


def whole(network: Network, program: Program, seed: int = 0, watch: Watch = silent) -> Whole:
    """Costs two forward rows per input for each place without a line; of texts, which have the same places at every
    position, six per input: none is tried by itself."""
    others = _Others.of(network, program, seed)
    edits, sources = _resampled(network, program, others)
    each = edits if network.subject.inputs.one_symbol_each else {}
    plans = [*_together(edits), *(Plan((edit,)) for edit in each.values())]
    right: list[int] = []
    for start in range(0, len(plans), AT_ONCE):
        watch(Step("what no line explains", start / len(plans), 0))
        right += network.exact(others.rows, plans[start : start + AT_ONCE], sources)
    lost = [len(others.rows) - count for count in right]
    together, apart = lost[:2], dict(zip(map(str, each), lost[2:], strict=True))
    standing = _in_planes(network, program)
    if standing:
        together = [_lost_beside(network, others, plan, sources, standing) for plan in plans[:2]]
        for place, planes in standing.items():
            apart[f"{place}, beside its waves"] = _lost_beside(network, others, Plan(), {}, {place: planes})
    least = WEIGHT * len(others.rows)
    alone = [(place, count) for place, count in apart.items() if count > least]
    return Whole(len(others.rows), max(together), tuple(sorted(alone, key=lambda pair: -pair[1])))


def lost_together(network: Network, program: Program, seed: int, inputs: int = INPUTS) -> float:
    """The share of inputs lost with everything that no line says. Costs six forward rows for each of so many."""
    others = _Others.of(network, program, seed, inputs)
    edits, sources = _resampled(network, program, others)
    right = network.exact(others.rows, _together(edits), sources)
    return 1 - min(right) / len(others.rows)


def _in_planes(network: Network, program: Program) -> dict[Place, Planes]:
    """The places where waves stand, each variable's last one, which holds all that those before it brought."""
    found: dict[Place, Planes] = {}
    for variable in program.variables:
        planes = Planes.of(network, program, variable)
        if planes is not None:
            found[max(variable.sites, key=lambda site: (site.stage, site.is_stream))] = planes
    return found


def _lost_beside(
    network: Network, others: _Others, plan: Plan, sources: Mapping[str, World], standing: Mapping[Place, Planes]
) -> int:
    """On how many inputs an answer changes under this plan with all but the waves resampled where waves stand."""
    edits = list(plan.edits)
    for place, planes in standing.items():
        edits.append(planes.rest_resampled(others.rows, others.any_other, place, edits, sources))
    found = network.predicted(others.rows, edits, sources)
    return int((found != network.answers[others.rows]).any(axis=1).sum())


def _together(edits: Mapping[Place, Patch]) -> list[Plan]:
    # With MLPs at another input's value nothing reads what the heads brought; so heads alone are tried too.
    heads = tuple(edit for place, edit in edits.items() if not place.is_mlp)
    return [Plan(tuple(edits.values())), Plan(heads)]


def _resampled(network: Network, program: Program, others: _Others) -> tuple[dict[Place, Patch], dict[str, World]]:
    """For each place without a line the edit that resamples it, and the sources of these."""
    sources: dict[str, World] = {}
    edits: dict[Place, Patch] = {}
    unsaid = [p for p in network.places if not _named(network, program, p)]
    if not network.subject.inputs.one_symbol_each and network.subject.spec.n_layers == 1:
        # Nothing but what stands where a text ends reaches its answer; its symbol stands there without any head.
        for place in unsaid:
            by_head = ".attn" in place.component
            name = "text, whatever its symbol" if by_head else "text"
            if name not in sources:
                sources[name] = World(network.tokens[others.at_the_end(network, by_head)])
            edits[place] = place.patched(network.subject.spec, name)
        return edits, sources
    for place in unsaid:
        standing = others.standing(place)
        name = ", ".join(standing) or "any"
        if name not in sources:
            sources[name] = World(network.tokens[others.agreeing(standing)])
        edits[place] = place.patched(network.subject.spec, name)
    return edits, sources


def _named(network: Network, program: Program, place: Place) -> bool:
    """Whether a line names it; of waves, also where it is a head of what holds them or writes the stream that does."""
    holding = {place.whole_layer, place.stream(network.subject.spec)}
    return any(
        place in variable.sites or (modulus_of_waves(variable.items) is not None and holding & set(variable.sites))
        for variable in program.variables
    )


@dataclass(frozen=True, eq=False)
class _Others:
    """For each of some inputs another one that agrees with it in what stands at a place.

    Attributes:
        program: says what stands where.
        rows: the inputs.
        among: the inputs that others are taken from.
        any_other: for each of the rows, one of the network's inputs.
        mixed: an order of `among`, drawn.
        columns: of the program, `[among]` each.
    """

    program: Program
    rows: Rows
    among: Rows
    any_other: Rows
    mixed: Ints
    columns: dict[str, Ints]

    @classmethod
    def of(cls, network: Network, program: Program, seed: int, inputs: int = INPUTS) -> _Others:
        n, stream = len(network.tokens), bits("decompile whole", seed)
        drawn = permutation(stream, n)
        if network.subject.whole:
            rows, among = drawn[:inputs], drawn
            any_other = drawn[integers(stream, n, len(rows))]
        else:  # each in one pair only: drawn independently, they count as independent
            half = min(inputs, max(1, n // 2))
            rows = among = drawn[:half]
            any_other = drawn[-half:]
        columns = program.columns(network.tokens[among])
        return cls(program, rows, among, any_other, permutation(stream, len(among)), columns)

    def standing(self, place: Place) -> tuple[str, ...]:
        """The columns that the program says stand at its position when it is written."""
        found = [symbol.name for symbol in self.program.symbols if symbol.position == place.position]
        for variable in self.program.variables:
            if any(s.position == place.position and s.stage < place.stage for s in variable.sites):
                found += variable.columns
        return tuple(found)

    def at_the_end(self, network: Network, whatever_its_symbol: bool) -> Rows:
        """For each of the rows another text of its length that agrees in what the program says stands at its end; or
        in the variables alone, so that a head without a line brings nothing, the symbol at its own place neither."""
        found = self.rows.copy()
        ends = network.asked[self.among] @ np.arange(network.asked.shape[1])
        for graded in np.unique(ends[: len(self.rows)]):
            position = network.dataset.graded[graded]
            mine, same = np.flatnonzero(ends[: len(self.rows)] == graded), np.flatnonzero(ends == graded)
            own = {symbol.name for symbol in self.program.symbols} if whatever_its_symbol else set[str]()
            columns = [self.columns[n] for n in self.standing(Place("blocks.0.mlp", position)) if n not in own]
            codes, classes = compact([column[same] for column in columns]) if columns else (np.zeros_like(same), 1)
            other = same_class(codes, permutation(bits("decompile texts", int(graded)), len(same)))
            if classes > READABLE:
                alone = np.bincount(codes)[codes] == 1
                other = np.where(alone, np.roll(np.arange(len(same)), 1), other)
            # The rows are the first of those that others are taken from.
            found[mine] = self.among[same[other[: len(mine)]]]
        return found

    def agreeing(self, columns: tuple[str, ...]) -> Rows:
        """For each of the rows another input with the same values there; see above for where there is none."""
        symbols = {symbol.name for symbol in self.program.symbols}
        variables = tuple(name for name in columns if name not in symbols)
        if not columns:
            return self.any_other
        found, alone, classes = self._next_of_class(columns)
        if classes <= READABLE:
            return found
        return np.where(alone, self.agreeing(variables) if variables != columns else self.any_other, found)

    def _next_of_class(self, columns: tuple[str, ...]) -> tuple[Rows, NDArray[np.bool_], int]:
        """For each of the rows the next input of its class in a drawn order, the last one's the first; whether that is
        itself; and how many classes there are."""
        codes, classes = compact([self.columns[name] for name in columns])
        order = self.mixed[np.argsort(codes[self.mixed], kind="stable")]
        begins = np.searchsorted(codes[order], np.arange(classes))
        following = np.arange(1, len(order) + 1)
        following[np.append(begins[1:], len(order)) - 1] = begins
        other = np.empty_like(order)
        other[order] = order[following]
        own = np.arange(len(self.rows))
        return self.among[other[own]], other[own] == own, classes
