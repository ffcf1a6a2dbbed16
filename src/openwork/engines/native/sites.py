"""The core's numbers for sites: the order of `enum class Site` in core/src/interface.hpp."""

from __future__ import annotations

ORDER = (
    "hook_embed",
    "hook_pos_embed",
    "hook_resid_pre",
    "ln1.hook_scale",
    "ln1.hook_normalized",
    "attn.hook_q",
    "attn.hook_k",
    "attn.hook_v",
    "attn.hook_attn_scores",
    "attn.hook_pattern",
    "attn.hook_z",
    "attn.hook_result",
    "hook_attn_out",
    "hook_resid_mid",
    "ln2.hook_scale",
    "ln2.hook_normalized",
    "mlp.hook_pre",
    "mlp.hook_post",
    "hook_mlp_out",
    "hook_resid_post",
    "ln_final.hook_scale",
    "ln_final.hook_normalized",
)


def tap_site(name: str) -> tuple[int, int]:
    """The core's number of a site and its layer (0 outside the blocks)."""
    if not name.startswith("blocks."):
        return ORDER.index(name), 0
    _, layer, rest = name.split(".", 2)
    return ORDER.index(rest), int(layer)
