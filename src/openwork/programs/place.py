"""Where a variable of a program stands in the model."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.analyses.component import component_named
from openwork.interventions import Patch
from openwork.models import ModelSpec

EMBEDDING = "hook_embed"


@dataclass(frozen=True, order=True)
class Place:
    """What one component writes at one position.

    Attributes:
        component: `blocks.0.attn`, `blocks.0.attn.head.1`, `blocks.0.mlp`, `hook_embed`, or the residual stream after
            attention or after the MLP, `blocks.0.hook_resid_mid` or `blocks.0.hook_resid_post`.
        position: in the sequence, from 0.
    """

    component: str
    position: int

    @property
    def layer(self) -> int:
        """Of the block; -1 for the embedding."""
        return -1 if self.component == EMBEDDING else int(self.component.split(".")[1])

    @property
    def is_mlp(self) -> bool:
        """Whether an MLP writes it."""
        return self.component.endswith(".mlp")

    @property
    def is_stream(self) -> bool:
        """Whether it is all that was written so far, not what one component writes."""
        return self.component.endswith((".hook_resid_mid", ".hook_resid_post"))

    @property
    def stage(self) -> int:
        """When it is written: the embedding, then attention and MLP of each layer in turn."""
        return 2 * self.layer + int(self.component.endswith((".mlp", ".hook_resid_post")))

    @property
    def order(self) -> tuple[int, str, int]:
        """Places in the order of the forward pass."""
        return self.stage, self.component, self.position

    @property
    def whole_layer(self) -> Place:
        """What all heads of its layer write there together, where it is a head; else itself."""
        return Place(self.component.partition(".head.")[0], self.position)

    def stream(self, spec: ModelSpec) -> Place:
        """The residual stream at its position once it is written; not of an embedding."""
        mid = not self.is_mlp and spec.d_mlp > 0
        return Place(f"blocks.{self.layer}.hook_resid_{'mid' if mid else 'post'}", self.position)

    def patched(self, spec: ModelSpec, source: str) -> Patch:
        """The edit that takes its value from another run."""
        component = component_named(spec, self.component)
        return Patch(component.site, (self.position,), component.heads, source=source)

    def __str__(self) -> str:
        return f"{self.component} @ {self.position}"
