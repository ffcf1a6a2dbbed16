"""Prune: places whose mean does as well as they do, on every answer to every input tried.

Group testing: places are ordered by what their loss alone costs, the least first, and put to their means together;
where an answer changes, each half is tried by itself. Answers are the model's own, right or wrong, and all must stay.
Places that went only because others do the same come back: a program has to say what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openwork.data.randomness import bits, permutation
from openwork.engines import World
from openwork.interventions import Plan
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.place import Place

AT_ONCE = 32
"""plans in one sweep"""
WEIGHT = 0.002
"""share of inputs that a pruned place may lose, alone and in the whole model, when it is another input's"""


def prune(network: Network, rows: Rows) -> frozenset[Place]:
    """The places that can all stand at their means at once, every answer on these inputs unchanged.

    Costs a forward row per input and place to order them, and one per input and group tried.
    """
    order = _harmless_first(network, rows)
    gone = _dropped(network, rows, frozenset(), order)
    return _idle(network, rows, gone)


def _idle(network: Network, rows: Rows, gone: frozenset[Place]) -> frozenset[Place]:
    """Those of the pruned places that can be another input's in the whole model, alone and all at once.

    Where all at once turn answers, those of one position come back together, first the position that mends most.
    """
    other = rows[permutation(bits("decompile pruned"), len(rows))]
    sources = {"other": World(network.tokens[other])}

    def lost(sets: Sequence[frozenset[Place]]) -> list[int]:
        plans = [Plan(network.patched(sorted(some, key=lambda place: place.order), "other")) for some in sets]
        return [len(rows) - right for right in network.exact(rows, plans, sources)]

    most = WEIGHT * len(rows)
    alone = lost([frozenset([place]) for place in sorted(gone)])
    gone -= {place for place, count in zip(sorted(gone), alone, strict=True) if count > most}
    while gone and (now := lost([gone])[0]) > most:
        positions = sorted({place.position for place in gone})
        without = [frozenset(place for place in gone if place.position != position) for position in positions]
        left = lost(without)
        best = min(range(len(left)), key=lambda n: left[n])
        if left[best] >= now:
            break
        gone = without[best]
    return gone


def _harmless_first(network: Network, rows: Rows) -> list[Place]:
    places = network.places
    cost: list[tuple[int, float]] = []
    for start in range(0, len(places), AT_ONCE):
        plans = [Plan(network.fixed([place])) for place in places[start : start + AT_ONCE]]
        some = network.dataset.take(rows)
        found = network.subject.engine.sweep(network.subject.stack, some, plans)
        cost += [(-int(scores.sequences[0]), float(scores.loss[0])) for scores in found]
    return [places[n] for n in sorted(range(len(places)), key=lambda n: cost[n])]


def _dropped(network: Network, rows: Rows, gone: frozenset[Place], some: Sequence[Place]) -> frozenset[Place]:
    if not some:
        return gone
    wanted = gone | set(some)
    if _same(network, rows, wanted):
        return wanted
    if len(some) == 1:
        return gone
    half = (len(some) + 1) // 2
    return _dropped(network, rows, _dropped(network, rows, gone, some[:half]), some[half:])


def _same(network: Network, rows: Rows, gone: frozenset[Place]) -> bool:
    plan = [Plan(network.fixed(gone))]
    few = rows[: len(rows) // 8]
    if len(few) >= 64 and network.exact(few, plan)[0] < len(few):
        return False
    return network.exact(rows, plan)[0] == len(rows)


def broken(network: Network, gone: frozenset[Place]) -> Rows:
    """The inputs, of all, where an answer changes without these places."""
    every = np.arange(len(network.tokens))
    found = network.predicted(every, network.fixed(gone))
    return np.flatnonzero((found != network.answers).any(axis=1))
