"""Every place in the forward pass that can be read or edited, by its TransformerLens hook name.

This is the one list of sites. Axes after `model` and `input`, which every site has:

========  ===========================================================
`pos`     position in the sequence, as long as the tokens given
`head`    attention head
`query`   position that attends; `key`: position attended to
`d_*`     as in the spec
`one`     of length 1 (a norm's scale)
========  ===========================================================

A site's value is what the rest of the pass uses, so an edit there acts on everything after it. Attention's mask (of
what is ahead, and of pads, which the tokens decide whatever is edited) is applied after an edit of the scores and again
after one of the pattern: no edit lets a model look where it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from openwork.errors import PlanError, Reason, suggestion
from openwork.models.spec import ModelSpec


@dataclass(frozen=True)
class Site:
    """A place: its hook name, its axes after `model` and `input`, and its layer (None outside the blocks)."""

    name: str
    axes: tuple[str, ...]
    layer: int | None = None

    def shape(self, spec: ModelSpec, n_pos: int) -> tuple[int, ...]:
        """Lengths of `axes` for a pass over `n_pos` tokens."""
        lengths = {
            "pos": n_pos,
            "query": n_pos,
            "key": n_pos,
            "head": spec.n_heads,
            "d_model": spec.d_model,
            "d_head": spec.d_head,
            "d_mlp": spec.d_mlp,
            "one": 1,
        }
        return tuple(lengths[axis] for axis in self.axes)

    @property
    def pos_axis(self) -> int:
        """Which of `axes` is the position that writes here (the query, for scores and patterns)."""
        return self.axes.index("query") if "query" in self.axes else self.axes.index("pos")


def block_sites(spec: ModelSpec, layer: int) -> Iterable[Site]:
    """The sites of one block, in the order of the forward pass."""
    stream, per_head = ("pos", "d_model"), ("pos", "head", "d_head")
    normed = spec.normalization_type is not None
    named: list[tuple[str, tuple[str, ...]]] = [("hook_resid_pre", stream)]
    if normed:
        named += [("ln1.hook_scale", ("pos", "one")), ("ln1.hook_normalized", stream)]
    named += [(f"attn.hook_{part}", per_head) for part in ("q", "k", "v")]
    named += [(f"attn.hook_{part}", ("head", "query", "key")) for part in ("attn_scores", "pattern")]
    named += [("attn.hook_z", per_head), ("attn.hook_result", ("pos", "head", "d_model")), ("hook_attn_out", stream)]
    if not spec.attn_only:
        named.append(("hook_resid_mid", stream))
        if normed:
            named += [("ln2.hook_scale", ("pos", "one")), ("ln2.hook_normalized", stream)]
        named += [("mlp.hook_pre", ("pos", "d_mlp")), ("mlp.hook_post", ("pos", "d_mlp")), ("hook_mlp_out", stream)]
    named.append(("hook_resid_post", stream))
    return [Site(f"blocks.{layer}.{name}", axes, layer) for name, axes in named]


def sites_of(spec: ModelSpec) -> dict[str, Site]:
    """Every site of a model by name, in the order of the forward pass."""
    return dict(_sites_of(spec))


@lru_cache(maxsize=64)
def _sites_of(spec: ModelSpec) -> dict[str, Site]:
    """As above, made once for each spec: plans of many edits ask for it for every one of them."""
    sites = [Site("hook_embed", ("pos", "d_model"))]
    if spec.positional_embedding_type == "standard":
        sites.append(Site("hook_pos_embed", ("pos", "d_model")))
    for layer in range(spec.n_layers):
        sites += block_sites(spec, layer)
    if spec.normalization_type is not None:
        sites += [Site("ln_final.hook_scale", ("pos", "one")), Site("ln_final.hook_normalized", ("pos", "d_model"))]
    return {site.name: site for site in sites}


SHORT_NAMES = {"attn": "hook_attn_out", "mlp": "hook_mlp_out"}


def site_named(spec: ModelSpec, name: str) -> Site:
    """The site of this name; `blocks.0.attn` and `blocks.0.mlp` mean what that component writes.

    Raises:
        PlanError: the model has no such site, with the nearest names.
    """
    sites = _sites_of(spec)
    head, _, tail = name.rpartition(".")
    full = f"{head}.{SHORT_NAMES[tail]}" if tail in SHORT_NAMES else name
    if full not in sites:
        blocks = (f"blocks.{layer}" for layer in range(spec.n_layers))
        short = {f"{b}.{s}" for b in blocks for s, long in SHORT_NAMES.items() if f"{b}.{long}" in sites}
        mend = suggestion(name, short.union(sites))
        raise PlanError("unknown site", Reason(name, "this model has no such site", mend))
    return sites[full]
