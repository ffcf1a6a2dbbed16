"""Whole: what carries weight and has no line, by what is lost when it is another input's.

A place without a line may use what the program says stands at its position already: the symbol there, and what its
variables hold there before. So it takes the value of another input that agrees with its own in all of these, and in
nothing else. Where no other agrees, one that agrees in the variables alone, and where none does, any other's: else a
program that holds the whole question would explain everything. Only where what stands there has no more values than a
readable table has entries, such an input keeps its own.

Places of a line that nothing reads are resampled too, from an input that agrees in what that line says besides: such a
line, of a leak that is taken away again, explains no more than it says.

What no line says is resampled freely in this way, and a place that does with less than what stands there loses nothing
by it. In the whole model: all such places at once; and heads alone, for an MLP at another input's value could mend what
they do; the larger loss counts. Each place is also tried by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from openwork.analyses.steps import Step, Watch, silent
from openwork.engines import World
from openwork.interventions import Patch, Plan
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.planes import Planes
from openwork.programs.decompile.shortening import read_columns
from openwork.programs.language import modulus_of_waves
from openwork.programs.place import Place
from openwork.programs.program import Program
from openwork.programs.verdicts.others import Others
from openwork.programs.verdicts.texts_by_end import TextsByEnd

UNEXPLAINED = 0.01
"""share of inputs that may be lost with everything resampled that no line says"""

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
    position, two per input and one for each layer: none is tried by itself."""
    others = Others.of(network, program, seed, INPUTS)
    if not network.subject.inputs.one_symbol_each:
        return Whole(len(others.rows), _lost_of_texts(network, program, others, watch), ())
    edits, sources = _resampled(network, program, others)
    plans = [*_together(edits), *(Plan((edit,)) for edit in edits.values())]
    right: list[int] = []
    for start in range(0, len(plans), AT_ONCE):
        watch(Step("what no line explains", start / len(plans), 0))
        right += network.exact(others.rows, plans[start : start + AT_ONCE], sources)
    lost = [len(others.rows) - count for count in right]
    together, apart = lost[:2], dict(zip(map(str, edits), lost[2:], strict=True))
    standing = _in_planes(network, program)
    if standing:
        together = [_lost_beside(network, others, plan, sources, standing) for plan in plans[:2]]
        for place, planes in standing.items():
            apart[f"{place}, beside its waves"] = _lost_beside(network, others, Plan(), {}, {place: planes})
    least = WEIGHT * len(others.rows)
    alone = [(place, count) for place, count in apart.items() if count > least]
    return Whole(len(others.rows), max(together), tuple(sorted(alone, key=lambda pair: -pair[1])))


def lost_together(network: Network, program: Program, seed: int, inputs: int = INPUTS) -> float:
    """The share of inputs lost with everything that no line says. Costs six forward rows for each of so many; of texts
    two, and one for each layer."""
    others = Others.of(network, program, seed, inputs)
    if not network.subject.inputs.one_symbol_each:
        return _lost_of_texts(network, program, others) / len(others.rows)
    edits, sources = _resampled(network, program, others)
    right = network.exact(others.rows, _together(edits), sources)
    return 1 - min(right) / len(others.rows)


def losing(network: Network, program: Program, seed: int, inputs: int = INPUTS) -> list[Place]:
    """Places without a line at whose own value less is lost, the most helpful first. Costs six forward rows for each
    of so many inputs and place."""
    others = Others.of(network, program, seed, inputs)
    edits, sources = _resampled(network, program, others)
    plans = _together(edits)
    for place in edits:
        plans += _together({other: edit for other, edit in edits.items() if other != place})
    right = network.exact(others.rows, plans, sources)
    kept, *without = (min(pair) for pair in zip(right[::2], right[1::2], strict=True))
    found = sorted((-now, place.order, place) for now, place in zip(without, edits, strict=True) if now > kept)
    return [place for *_, place in found]


def _lost_of_texts(network: Network, program: Program, others: Others, watch: Watch = silent) -> int:
    """On how many texts an answer changes with everything resampled that no line says, as far as its end can see: the
    most of what is lost with MLPs at another text's value, with heads alone, and with MLPs that keep reading."""
    unsaid = [place for place in network.places if not _named(network, program, place)]
    right = np.zeros(3, np.int64)
    ends = TextsByEnd.of(network, others)
    once = ends.network
    for number, end in enumerate(ends.positions):
        watch(Step("what no line explains", number / len(ends.positions), 0))
        (agreed, sources, edits), (every, read_sources, read_edits) = ends.resampled(end, unsaid)
        [found] = once.predicted(every, tuple(read_edits.values()), read_sources, end).T
        reading = found == once.answers[every, once.dataset.graded.index(end)]
        usual = once.exact(agreed, _together(edits), sources, end) if len(agreed) else [0, 0]
        only_reading = int(reading[~np.isin(every, agreed)].sum())
        right += (usual[0] + only_reading, usual[1] + only_reading, int(reading.sum()))
    return len(others.rows) - int(right.min())


def _in_planes(network: Network, program: Program) -> dict[Place, Planes]:
    """The places where waves stand, each variable's last one, which holds all that those before it brought."""
    found: dict[Place, Planes] = {}
    for variable in program.variables:
        planes = Planes.of(network, program, variable)
        if planes is not None:
            found[max(variable.sites, key=lambda site: (site.stage, site.is_stream))] = planes
    return found


def _lost_beside(
    network: Network, others: Others, plan: Plan, sources: Mapping[str, World], standing: Mapping[Place, Planes]
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


def _resampled(network: Network, program: Program, others: Others) -> tuple[dict[Place, Patch], dict[str, World]]:
    """For each place without a line, or of a line that nothing reads, the edit that resamples it, and the sources."""
    sources: dict[str, World] = {}
    edits: dict[Place, Patch] = {}
    read = read_columns(program)
    unread = [variable for variable in program.variables if read.isdisjoint(variable.columns)]
    lines = replace(program, variables=tuple(v for v in program.variables if v not in unread))
    for place in network.places:
        if not _named(network, lines, place):
            own = tuple(column for variable in unread if place in variable.sites for column in variable.columns)
            standing = tuple(dict.fromkeys((*others.standing(place), *own)))
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
