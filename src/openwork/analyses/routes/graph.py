"""From ways through the streams to a graph of components, and how each of its edges is patched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product

from openwork.analyses.component import component_named
from openwork.analyses.path_worlds import Node, Onward, PathWorlds, path_worlds
from openwork.analyses.routes.flow import MLP, STAY, Link, Spot
from openwork.analyses.routes.following import Following
from openwork.analyses.routes.merging import SOURCE
from openwork.analyses.routes.route import EMBED, LOGITS, Place
from openwork.models import ModelSpec

Step = tuple[Place, ...]
"""Components side by side: heads of one layer at one position, of which none reads another."""


def edges_of(
    following: Following, ways: Iterable[Sequence[Link]], needed: Collection[Spot], passed: Collection[Spot]
) -> dict[tuple[Place, Place], PathWorlds]:
    """Every component on these ways with the next, and past each local that the stream goes by as well.

    Each with its path patching: the receiver alone sees that the sender is as in the source's run; from the receiver on
    all is computed anew.
    """
    spec, past = following.subject.spec, {_place(spot) for spot in passed}
    found: dict[tuple[Place, Place], PathWorlds] = {}
    for way in ways:
        for ends in _joined(_components(spec, way, following.pairs.position, needed), past):
            if ends not in found:
                found[ends] = _alone(following, *ends)
    return found


def _components(spec: ModelSpec, way: Sequence[Link], query: int, needed: Collection[Spot]) -> tuple[Step, ...]:
    """What writes along a way of links, one link a layer, with those of the needed locals that it passes."""
    found: list[Step] = [(Place(EMBED, way[0].source if way else query),)]
    for layer, _, target, by in way:
        at_home = [spot for spot in needed if spot[:2] == (layer, target) and spot.head != MLP]
        heads = tuple(_place(spot) for spot in (at_home if by == STAY else [Spot(layer, target, by)]))
        mlp = tuple(_place(spot) for spot in needed if spot == Spot(layer, target, MLP))
        found += [step for step in (heads, mlp) if step]
    return (*found, (Place(LOGITS, query),))


def _joined(steps: Sequence[Step], past: set[Place]) -> Iterable[tuple[Place, Place]]:
    for start, senders in enumerate(steps):
        for receivers in steps[start + 1 :]:
            yield from product(senders, receivers)
            if not past.issuperset(receivers):
                break


def _place(spot: Spot) -> Place:
    name = "mlp" if spot.head == MLP else f"attn.head.{spot.head}"
    return Place(f"blocks.{spot.layer}.{name}", spot.position)


def _alone(following: Following, sender: Place, receiver: Place) -> PathWorlds:
    spec = following.subject.spec
    ends = [sender] if receiver.component == LOGITS else [sender, receiver]
    path = tuple(Node(component_named(spec, place.component), (place.position,)) for place in ends)
    onward: Onward = "direct" if len(ends) == 1 else "all"
    return path_worlds(spec, [path], following.base, following.pairs.source.tokens, onward, name=SOURCE)
