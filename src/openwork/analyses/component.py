"""The parts of a model that write into its residual stream: attention layers, single heads, MLPs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, site_named

HEAD = re.compile(r"(blocks\.\d+\.attn)\.head\.(\d+)")


@dataclass(frozen=True)
class Component:
    """A place to edit, and the name that people use for it.

    Attributes:
        name: `blocks.0.attn`, `blocks.0.mlp`, `blocks.0.attn.head.1`, or the hook name of any other site.
        site: the hook name where its output is edited. Editing a head at `hook_z` leaves the layer's bias `b_O` alone.
        head: which head; None for anything but a head.
    """

    name: str
    site: str
    head: int | None = None

    @property
    def heads(self) -> tuple[int, ...] | None:
        """What `Edit.heads` wants."""
        return None if self.head is None else (self.head,)

    @property
    def writes(self) -> str:
        """The site that holds what it writes; for a head that is its own share of the layer, without `b_O`."""
        return self.site if self.head is None else self.site.replace("hook_z", "hook_result")

    def __str__(self) -> str:
        return self.name


def component_named(spec: ModelSpec, name: str) -> Component:
    """The component of this name; see `Component.name`.

    Raises:
        PlanError: the model has no such component.
    """
    match = HEAD.fullmatch(name)
    if match is None:
        site = site_named(spec, name).name
        short = site.replace(".hook_attn_out", ".attn").replace(".hook_mlp_out", ".mlp")
        return Component(short, site)
    site, head = site_named(spec, f"{match[1]}.hook_z").name, int(match[2])
    if head >= spec.n_heads:
        reason = Reason(name, f"there is no head {head}", f"heads are 0 to {spec.n_heads - 1}")
        raise PlanError("unknown head", reason)
    return Component(name, site, head)


def components_named(spec: ModelSpec, names: str | Sequence[str]) -> tuple[Component, ...]:
    """The components of these names.

    Raises:
        PlanError: with every name that the model does not have, or that none is given.
    """
    components: list[Component] = []
    reasons: list[Reason] = []
    for name in (names,) if isinstance(names, str) else names:
        try:
            components.append(component_named(spec, name))
        except PlanError as error:
            reasons += error.reasons
    if not components and not reasons:
        reasons.append(Reason("components", "none is given", "for example blocks.0.mlp"))
    if reasons:
        raise PlanError("no such components", reasons)
    return tuple(components)


def layer_components(spec: ModelSpec) -> tuple[Component, ...]:
    """Every attention layer and every MLP, in the order of the forward pass."""
    kinds = ("attn",) if spec.attn_only else ("attn", "mlp")
    return tuple(component_named(spec, f"blocks.{layer}.{k}") for layer in range(spec.n_layers) for k in kinds)


def head_components(spec: ModelSpec) -> tuple[Component, ...]:
    """Every head, in the order of the forward pass."""
    places = ((layer, head) for layer in range(spec.n_layers) for head in range(spec.n_heads))
    return tuple(component_named(spec, f"blocks.{layer}.attn.head.{head}") for layer, head in places)


def part_components(spec: ModelSpec) -> tuple[Component, ...]:
    """What moves and makes: every head, or the attention layer where it has one head only, and every MLP, in order."""
    if spec.n_heads == 1:
        return layer_components(spec)
    components: list[Component] = []
    for whole in layer_components(spec):
        layer = whole.name.removesuffix(".attn")
        heads = (component_named(spec, f"{layer}.attn.head.{head}") for head in range(spec.n_heads))
        components += heads if whole.name.endswith(".attn") else [whole]
    return tuple(components)
