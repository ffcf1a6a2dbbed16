"""Sites: where else a variable stands, chosen on pairs of their own before anything is scored, then frozen.

A head may leak what an embedding takes away again, or two places hold the same: alone neither is the variable. So
places at the same position that are written before or with it, the residual stream there once it is written, places
elsewhere that hold the same, and tokens that say the same are joined as long as interchange at all of them together
does better. A set that covers all that an answer is made from would follow by itself: it is tried only where no other
does, and then the line has to follow at its first place alone too, from inputs that agree in what is brought along
(`verdicts/realised.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from openwork.analyses.steps import Step, Watch, silent
from openwork.engines import World
from openwork.programs.decompile.labels import Label, same_classes
from openwork.programs.decompile.network import Network, embedded
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

CHOSEN_ON = 1024
"""pairs"""
ENOUGH = 0.999
"""a rate from which on nothing is joined"""
GAIN = 0.001
"""what a further place must add to the rate"""
MOST = 5
"""places in one set"""
MOVED_ON = 256
"""pairs on which it is measured what a later head reads"""
STILL = 0.1
"""share of the way to the source's value that a later head may move and count as another way"""
WANTED = 0.995
"""a rate below which sets that cover an answer's stream are tried too"""


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
        variables.append(replace(variable, sites=sites_of(network, program, variable, labels, gone, drawn)))
    return replace(program, variables=tuple(variables))


def sites_of(
    network: Network,
    program: Program,
    variable: Variable,
    labels: Mapping[Place, Label],
    gone: frozenset[Place],
    drawn: Drawn,
) -> tuple[Place, ...]:
    """Where this variable stands, by these pairs."""
    alone = drawn.rates(network, program, variable, [(site,) for site in variable.sites])
    order = sorted(range(len(alone)), key=lambda n: -alone[n].share)
    own = tuple(variable.sites[n] for n in order)
    [together] = drawn.rates(network, program, variable, [own])
    near = [p for p in _others(network, program, variable, labels) if p not in own]
    others = [*near, *_beside(network, own, labels, drawn)]
    best = max(together.share, alone[order[0]].share)

    def joined(sites: tuple[Place, ...], reached: float, covering: bool) -> tuple[tuple[Place, ...], float]:
        while reached < ENOUGH and len(sites) < MOST:
            sets = [(*sites, p) for p in others if p not in sites]
            if not covering:
                sets = [some for some in sets if not covers_answer(network, some, gone)]
            if not sets:
                break
            rates = drawn.rates(network, program, variable, sets)
            first = max(range(len(sets)), key=lambda n: (rates[n].share, -n))
            if rates[first].share < reached + GAIN:
                break
            sites, reached = sets[first], rates[first].share
        return sites, reached

    sites, reached = joined(own, best, covering=False)
    if reached >= WANTED:
        return sites
    more, further = joined(sites, reached, covering=True)
    return more if further >= WANTED else sites


def _others(network: Network, program: Program, variable: Variable, labels: Mapping[Place, Label]) -> list[Place]:
    own = variable.sites[0]
    near = [p for p in network.places if p.position == own.position and p.stage <= own.stage]
    held = {f.text for site in variable.sites if site in labels for f in labels[site].features}
    far = [
        p
        for p, label in labels.items()
        if p.position != own.position and p.layer <= own.layer and {f.text for f in label.features} & held
    ]
    columns = program.values_of(variable, network.tokens)
    # The very tokens that it is made from would change everything that is made from them.
    question = {p.position for p in network.subject.task.variables}
    elsewhere = [p for p in embedded(network.symbols) if p.position not in question]
    tokens = [p for p in embedded(network.symbols) if p.position == own.position]
    tokens += [
        p
        for p in elsewhere
        if p not in tokens and any(same_classes(network.token(p.position), column) for column in columns)
    ]
    return [*tokens, *near, *far, own.stream(network.subject.spec)]


def _beside(network: Network, sites: tuple[Place, ...], labels: Mapping[Place, Label], drawn: Drawn) -> list[Place]:
    """Later heads at the same position that hold some of the same by another way: interchange at these sites does not
    move them. A head that reads the variable there is no place of it, for what it does follows."""
    held = {f.text for site in sites if site in labels for f in labels[site].features}
    position, last = sites[0].position, max(site.stage for site in sites)
    later = [
        p
        for p, label in labels.items()
        if p.position == position and p.stage > last and not p.is_mlp and {f.text for f in label.features} & held
    ]
    if not later:
        return []
    some = drawn.take(MOVED_ON)
    own, other = network.held(some.bases, later), network.held(some.sources, later)
    sources = {"source": World(network.tokens[some.sources])}
    moved = network.held(some.bases, later, network.patched(sites, "source"), sources)
    return [p for p in later if ((moved[p] - own[p]) ** 2).sum() < STILL * ((other[p] - own[p]) ** 2).sum()]


def covers_answer(network: Network, sites: tuple[Place, ...], gone: frozenset[Place]) -> bool:
    """Whether these places are all that varies in some answer's final stream, so that it follows them whatever they
    hold. MLPs after them at that position count with them, for they read nothing else."""
    for position in {site.position for site in sites} & set(network.dataset.graded):
        last = max(site.stage for site in sites if site.position == position)
        writers = [p for p in (*embedded(network.symbols), *network.places) if p.position == position]
        varying = [p for p in writers if p not in gone]
        streams = [site.stage for site in sites if site.is_stream and site.position == position]
        streamed = max(streams, default=-3)
        first = min(site.stage for site in sites if site.position == position)
        if last >= 0 and all(p in sites or p.stage <= streamed or (p.is_mlp and p.stage > first) for p in varying):
            return True
    return False
