"""Where a patch is worth trying: places that a change of one variable can have reached and an output can still see.

This follows from the model's shape alone. Before the first layer mixes positions, only those differ whose token does;
after that, in a causal model, all that are not before them. Once the last layer has read its keys and values, the
output sees its own position only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openwork.analyses.component import Component, components_named, part_components
from openwork.analyses.pairs import Pairs
from openwork.analyses.path_worlds import PathWorlds
from openwork.interventions import Patch, Plan
from openwork.models import ModelSpec, site_named, sites_of

BEFORE_MIXING = ("hook_resid_pre", "ln1.hook_scale", "ln1.hook_normalized", "hook_q", "hook_k", "hook_v")


def streams_and_parts(spec: ModelSpec) -> tuple[Component, ...]:
    """The stream that each layer starts from, every head (or layer with one), every MLP, the last stream; in order."""
    streams = [f"blocks.{layer}.hook_resid_pre" for layer in range(spec.n_layers)]
    last = f"blocks.{spec.n_layers - 1}.hook_resid_post" if spec.n_layers else "hook_embed"
    order = list(sites_of(spec))
    components = (*components_named(spec, [*streams, last]), *part_components(spec))
    return tuple(sorted(components, key=lambda component: order.index(component.site)))


def entries(pairs: Pairs) -> tuple[int, ...]:
    """Positions whose token differs in some pair."""
    return tuple(int(p) for p in np.flatnonzero((pairs.base.tokens != pairs.source.tokens).any(axis=0)))


def patches(spec: ModelSpec, places: Sequence[Component], pairs: Pairs) -> dict[tuple[int, int], PathWorlds]:
    """A patch from the source for every place and position that matter, by their numbers."""
    source = {"source": pairs.source.tokens}
    return {
        (c, p): PathWorlds(Plan((Patch(place.site, (p,), place.heads),)), source)
        for c, place in enumerate(places)
        for p in range(pairs.base.tokens.shape[1])
        if matters(spec, place.site, p, pairs)
    }


def matters(spec: ModelSpec, site: str, position: int, pairs: Pairs) -> bool:
    """Whether the change can have reached this place at this position, and the output can still see it."""
    if site == "hook_pos_embed":
        return False
    layer, reads = site_named(spec, site).layer, site.endswith(BEFORE_MIXING)
    starts = site == "hook_embed" or (layer == 0 and reads)
    differ = entries(pairs)
    reached = position in differ if starts else spec.attention_dir != "causal" or position >= min(differ)
    ends = layer == spec.n_layers - 1 and (not reads or site.endswith("hook_q"))
    outside = layer is None and (site != "hook_embed" or spec.n_layers == 0)
    return reached and (position == pairs.position or not (ends or outside))
