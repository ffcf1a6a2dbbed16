"""Prune: places whose mean does as well as they do, on every answer to every input tried.

Group testing: places are ordered by what their loss alone costs, the least first, and put to their means together; where
an answer changes, each half is tried by itself. Answers are the model's own, right or wrong, and all must stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openwork.interventions import Plan
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.place import Place

AT_ONCE = 32
"""plans in one sweep"""


def prune(network: Network, rows: Rows) -> frozenset[Place]:
    """The places that can all stand at their means at once, every answer on these inputs unchanged.

    Costs a forward row per input and place to order them, and one per input and group tried.
    """
    order = _harmless_first(network, rows)
    return frozenset(_dropped(network, rows, frozenset(), order))


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
