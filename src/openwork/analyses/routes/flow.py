"""A way through the model as a value, and the worlds in which a variable travels it and no other way.

The model is seen as streams: at the start of every layer one at each position. A *link* leads within a layer from the
stream at one position to the stream at another, by a head, or stays at its position. What a flow brings to a place is
built layer by layer, every step by an exact intervention on the base run:

- a head at the target of a link runs in a world in which only the streams at its links' sources carry what the flow
  brought them (queries, keys and values alike), and what it writes there is taken over, at the target alone;
- where it stays, the stream is taken over, and the *locals* of the position see it: every head, which may look at its
  own position, and the MLP. The MLP also sees what heads bring.
- what is taken over from a world and would be computed alike where it is taken to is left to be computed there.

So no variable reaches a place but by the links, and what lies between, such as a layer in which a digit waits at a
position, is a link too. A local may be held to what it does in the base run, muted (an MLP to its mean,
a head by the mean of what it sees of its own position), or be the only thing taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from openwork.analyses.node import Node, head_node, mlp_node
from openwork.analyses.routes.means import Means, stream_site
from openwork.analyses.routes.merging import BASE, SOURCE
from openwork.engines import Sources, World
from openwork.interventions import Edit, Patch, Plan
from openwork.models import ModelSpec
from openwork.tasks import Tokens

STAY = -1
"""in place of a link's head: at the same position"""


class Link(NamedTuple):
    """Within `layer`, from the stream at position `source` to that at `target`, by `head`; or `STAY`."""

    layer: int
    source: int
    target: int
    head: int


@dataclass(frozen=True)
class Flow:
    """Links that carry, and what is done to the rest.

    Attributes:
        links: what carries.
        silent: links that bring the mean over all inputs in place of what they have in the base run.
        held: locals that stay at their base output.
        muted: MLPs replaced by their mean over all inputs, and heads for which their own position is at its mean.
        bare: a local whose output alone is taken over at its place, all else there staying as in the base run.
        start: the layer whose streams hold what they have in the source run; what leads there is not looked at.
    """

    links: tuple[Link, ...]
    silent: tuple[Link, ...] = ()
    held: tuple[Node, ...] = ()
    muted: tuple[Node, ...] = ()
    bare: Node | None = None
    start: int = 0


class Worlds:
    """Flows as plans, and the worlds that these take from; what flows share is one world."""

    def __init__(self, spec: ModelSpec, base: Tokens, means: Means) -> None:
        self.spec, self.base, self.means = spec, base, means
        self.found: dict[str, World] = {}

    def plan(self, flow: Flow, layer: int, position: int) -> Plan:
        """The base run, in which the stream at the start of `layer` at `position` is what the flow brings there."""
        if layer <= flow.start:
            return Plan(self._carried(flow, layer, position))
        return Plan(self._brought(flow, layer - 1, position))

    def named(self, edits: tuple[Edit, ...]) -> str:
        """The base run with these edits, as the source of a `Patch`."""
        name = Plan(edits).digest
        self.found.setdefault(name, World(self.base, edits))
        return name

    def take(self, sources: Sources) -> None:
        """Also worlds made elsewhere, whose names are theirs alone."""
        self.found |= {name: world for name, world in sources.items() if isinstance(world, World)}

    def _carried(self, flow: Flow, layer: int, position: int) -> tuple[Edit, ...]:
        """After these edits the stream at the start of `layer` is what the flow brings there, and no other is changed.

        What it is made of may take its place where nobody else sees it: what heads and the MLP write is not seen in
        their own layer, and the last position never by a causal model.
        """
        if layer == flow.start:
            return (Patch(stream_site(layer), (position,), source=SOURCE),)
        brought = self._brought(flow, layer - 1, position)
        unseen = self.spec.attention_dir == "causal" and position == self.base.shape[1] - 1
        if unseen or all(edit.site.startswith(f"blocks.{layer - 1}.") and _written(edit) for edit in brought):
            return brought
        return (Patch(stream_site(layer), (position,), source=self.named(brought)),)

    def _brought(self, flow: Flow, layer: int, position: int) -> tuple[Edit, ...]:
        """After these edits of the base run, the stream at the end of `layer` at `position` is what the flow brings."""
        here = (layer, position)
        live = [link for link in flow.links if (link.layer, link.target) == here]
        silent = [link for link in flow.silent if (link.layer, link.target) == here]
        edits: tuple[Edit, ...] = ()
        if any(link.head == STAY for link in live):
            edits = self._carried(flow, *here)
        elif any(link.head == STAY for link in silent):
            edits = (self.means.at(stream_site(layer), position),)
        staying = edits
        for head in range(self.spec.n_heads):
            crossing = ([li for li in live if li.head == head], [li for li in silent if li.head == head])
            edits += self._head(flow, head_node(layer, head, position), staying, *crossing)
        edits += self._mlp_instead(flow, mlp_node(layer, position))
        if flow.bare is not None and (flow.bare.layer, flow.bare.position) == here:
            return (taken(flow.bare, self.named(edits)),)
        return edits

    def _head(
        self, flow: Flow, node: Node, staying: tuple[Edit, ...], live: Sequence[Link], silent: Sequence[Link]
    ) -> tuple[Edit, ...]:
        """What the head writes there; `staying` is the edit of the stream where it stays, if it does."""
        own = staying
        if staying and node in flow.held:
            own = ()
        elif staying and node in flow.muted:
            own = (self.means.at(stream_site(node.layer), node.position),)
        elif not live and not silent:
            return ()
        arriving = tuple(edit for link in live for edit in self._carried(flow, link.layer, link.source))
        quiet = tuple(self.means.at(stream_site(link.layer), link.source) for link in silent)
        return (taken(node, self.named((*own, *arriving, *quiet))),)

    def _mlp_instead(self, flow: Flow, node: Node) -> tuple[Edit, ...]:
        """Where the flow holds or mutes this MLP, that."""
        if node in flow.held:
            return (taken(node, BASE),)
        return (self.means.at(f"blocks.{node.layer}.hook_mlp_out", node.position),) if node in flow.muted else ()


def taken(node: Node, source: str) -> Edit:
    """Takes over what this local writes."""
    if node.head is None:
        return Patch(f"blocks.{node.layer}.hook_mlp_out", (node.position,), source=source)
    return Patch(f"blocks.{node.layer}.attn.hook_z", (node.position,), (node.head,), source=source)


def _written(edit: Edit) -> bool:
    """Whether it edits what a head or an MLP writes, in place of a stream."""
    return edit.site.endswith(("hook_z", "hook_mlp_out"))
