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
        component: `blocks.0.attn`, `blocks.0.attn.head.1`, `blocks.0.mlp`, or `hook_embed`.
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
    def stage(self) -> int:
        """When it is written: the embedding, then attention and MLP of each layer in turn."""
        return 2 * self.layer + int(self.is_mlp)

    @property
    def order(self) -> tuple[int, str, int]:
        """Places in the order of the forward pass."""
        return self.stage, self.component, self.position

    def patched(self, spec: ModelSpec, source: str) -> Patch:
        """The edit that takes its value from another run."""
        component = component_named(spec, self.component)
        return Patch(component.site, (self.position,), component.heads, source=source)

    def __str__(self) -> str:
        return f"{self.component} @ {self.position}"
