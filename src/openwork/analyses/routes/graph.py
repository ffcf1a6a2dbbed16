"""From ways through the streams to a graph of components, and how each of its edges is patched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product

from openwork.analyses.component import component_named
from openwork.analyses.node import Edge, Node, head_node, mlp_node
from openwork.analyses.path_worlds import Onward, PathNode, PathWorlds, path_worlds
from openwork.analyses.routes.flow import STAY, Link
from openwork.analyses.routes.following import Following
from openwork.analyses.routes.merging import SOURCE
from openwork.analyses.routes.route import EMBED, LOGITS
from openwork.models import ModelSpec

Step = tuple[Node, ...]
"""Components side by side: heads of one layer at one position, of which none reads another."""


def edges_of(
    following: Following, ways: Iterable[Sequence[Link]], needed: Collection[Node], passed: Collection[Node]
) -> dict[Edge, PathWorlds]:
    """Every component on these ways with the next, and past each local that the stream goes by as well.

    Each with its path patching: the receiver alone sees that the sender is as in the source's run; from the receiver on
    all is computed anew.
    """
    spec, past = following.subject.spec, set(passed)
    edges: dict[Edge, PathWorlds] = {}
    for way in ways:
        for edge in _joined(_components(spec, way, following.pairs.position, needed), past):
            if edge not in edges:
                edges[edge] = _alone(following, edge)
    return edges


def _components(spec: ModelSpec, way: Sequence[Link], query: int, needed: Collection[Node]) -> tuple[Step, ...]:
    """What writes along a way of links, one link a layer, with those of the needed locals that it passes."""
    steps: list[Step] = [(Node(EMBED, way[0].source if way else query),)]
    for layer, _, target, by in way:
        at_home = [node for node in needed if (node.layer, node.position) == (layer, target) and not node.is_mlp]
        heads = tuple(at_home) if by == STAY else (head_node(layer, by, target),)
        mlp = tuple(node for node in needed if node == mlp_node(layer, target))
        steps += [step for step in (heads, mlp) if step]
    return (*steps, (Node(LOGITS, query),))


def _joined(steps: Sequence[Step], past: set[Node]) -> Iterable[Edge]:
    for start, senders in enumerate(steps):
        for receivers in steps[start + 1 :]:
            yield from (Edge(*ends) for ends in product(senders, receivers))
            if not past.issuperset(receivers):
                break


def _alone(following: Following, edge: Edge) -> PathWorlds:
    spec, (sender, receiver) = following.subject.spec, edge
    ends = [sender] if receiver.component == LOGITS else [sender, receiver]
    path = tuple(PathNode(component_named(spec, node.component), (node.position,)) for node in ends)
    onward: Onward = "direct" if len(ends) == 1 else "all"
    return path_worlds(spec, [path], following.base, following.pairs.source.tokens, onward, name=SOURCE)
