"""Nodes and edges: what circuits, routes and flows are made of."""

from __future__ import annotations

from typing import NamedTuple


class Node(NamedTuple):
    """A component at a position.

    Attributes:
        component: its name as `Component.name` has it, such as `blocks.0.attn.head.1` or `blocks.0.mlp`; or a residual
            stream, or an end of the graph: an embedding, the output.
        position: which of the positions that the model sees.
    """

    component: str
    position: int

    @property
    def layer(self) -> int:
        """The layer of a component that has one."""
        return int(self.component.split(".")[1])

    @property
    def head(self) -> int | None:
        """Which head; None for anything else."""
        _, _, head = self.component.partition(".head.")
        return int(head) if head else None

    @property
    def is_mlp(self) -> bool:
        """Whether it is an MLP."""
        return self.component.endswith(".mlp")


class Edge(NamedTuple):
    """What one node hands to a later one, straight through the residual stream."""

    sender: Node
    receiver: Node


def head_node(layer: int, head: int, position: int) -> Node:
    """A head at a position."""
    return Node(f"blocks.{layer}.attn.head.{head}", position)


def mlp_node(layer: int, position: int) -> Node:
    """The MLP of a layer at a position."""
    return Node(f"blocks.{layer}.mlp", position)
