"""The core's names of sites, made from those of `openwork.models.sites`."""

from __future__ import annotations

from functools import lru_cache

from openwork.engines.native._core import Site


def core_name(name: str) -> str:
    """How the core calls a site, its layer left out: `blocks.0.ln1.hook_scale` is `ln1_scale` in every block."""
    within = name.split(".", 2)[2] if name.startswith("blocks.") else name.replace("ln_final.", "final.")
    room, _, hook = within.rpartition(".")
    own = hook.removeprefix("hook_")
    return own if room in ("", "attn") else f"{room}_{own}"


@lru_cache(maxsize=4096)
def tap_site(name: str) -> tuple[Site, int]:
    """The core's site and its layer (0 outside the blocks)."""
    return Site[core_name(name)], int(name.split(".")[1]) if name.startswith("blocks.") else 0
