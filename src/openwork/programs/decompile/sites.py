"""Sites: where else a variable stands, chosen on pairs of their own before anything is scored, then frozen.

A head may leak what an embedding takes away again, or two places hold the same: alone neither is the variable. So
places at the same position that are written before or with it, and places elsewhere that hold the same, are joined as
long as interchange at all of them together does better. A set that would cover all that an answer is made from is
never tried: it would follow by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.labels import Label
from openwork.programs.decompile.network import Network, embedded
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

CHOSEN_ON = 1024
"""pairs"""
ENOUGH = 0.999
"""a rate from which on nothing is joined"""
GAIN = 0.003
"""what a further place must add to the rate"""
MOST = 5
"""places in one set"""


def with_sites(
    network: Network,
    program: Program,
    labels: Mapping[Place, Label],
    gone: frozenset[Place],
    watch: Watch = silent,
) -> Program:
    """The program with the sites of every variable as they will be scored.

    Costs a few forward rows per pair, variable and place tried.
    """
    drawn = Drawn.of(network, "sites", 0, CHOSEN_ON).take(CHOSEN_ON)
    variables = []
    for number, variable in enumerate(program.variables):
        watch(Step(f"where {variable.name} stands", number / len(program.variables), 0))
        variables.append(replace(variable, sites=_sites(network, program, variable, labels, gone, drawn)))
    return replace(program, variables=tuple(variables))


def _sites(
    network: Network,
    program: Program,
    variable: Variable,
    labels: Mapping[Place, Label],
    gone: frozenset[Place],
    drawn: Drawn,
) -> tuple[Place, ...]:
    alone = drawn.rates(network, program, variable, [(site,) for site in variable.sites])
    order = sorted(range(len(alone)), key=lambda n: -alone[n].share)
    sites = tuple(variable.sites[n] for n in order)
    [together] = drawn.rates(network, program, variable, [sites])
    best = max(together.share, alone[order[0]].share)
    while best < ENOUGH and len(sites) < MOST:
        others = [p for p in _others(network, variable, labels) if p not in sites]
        sets = [(*sites, p) for p in others if not covers_answer(network, (*sites, p), gone)]
        if not sets:
            break
        rates = drawn.rates(network, program, variable, sets)
        first = max(range(len(sets)), key=lambda n: (rates[n].share, -n))
        if rates[first].share < best + GAIN:
            break
        sites, best = sets[first], rates[first].share
    return sites


def _others(network: Network, variable: Variable, labels: Mapping[Place, Label]) -> list[Place]:
    own = variable.sites[0]
    near = [p for p in network.places if p.position == own.position and p.stage <= own.stage]
    held = {f.text for site in variable.sites if site in labels for f in labels[site].features}
    far = [
        p
        for p, label in labels.items()
        if p.position != own.position and p.layer <= own.layer and {f.text for f in label.features} & held
    ]
    varying = [p for p in embedded(network.symbols) if p.position == own.position]
    return [*varying, *near, *far]


def covers_answer(network: Network, sites: tuple[Place, ...], gone: frozenset[Place]) -> bool:
    """Whether these places are all that varies in some answer's final stream, so that it follows them whatever they
    hold. MLPs after them at that position count with them, for they read nothing else."""
    for position in {site.position for site in sites} & set(network.dataset.graded):
        last = max(site.stage for site in sites if site.position == position)
        writers = [p for p in (*embedded(network.symbols), *network.places) if p.position == position]
        varying = [p for p in writers if p not in gone]
        if all(p in sites or (p.is_mlp and p.stage > min_stage(sites, position)) for p in varying) and last >= 0:
            return True
    return False


def min_stage(sites: tuple[Place, ...], position: int) -> int:
    """When the first of these at this position is written."""
    return min(site.stage for site in sites if site.position == position)
