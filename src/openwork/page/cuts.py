"""Edits as the switches of the page: parts that are off, where the page has a switch for them."""

from __future__ import annotations

import re
from typing import Any

from openwork.claims import Context
from openwork.claims.counterexample import OTHER, Replay
from openwork.interventions import Edit, Mean, Patch, Resample, Zero
from openwork.models import ModelSpec, site_named

PARTS = {"hook_attn_out": "A", "hook_mlp_out": "M", "hook_resid_post": "R"}
BY: dict[type[Edit], str] = {Zero: "zero", Mean: "mean", Resample: "resample", Patch: "patch"}
SITE = re.compile(r"blocks\.(\d+)\.(.+)")

Cut = dict[str, Any]


def cuts_of(replay: Replay, context: Context) -> list[Cut] | None:
    """The switches that show a replay; None where there are none that show just this."""
    if replay.worlds or (replay.kept and _sees_forced(replay, context)):
        return None
    found: list[Cut] = []
    for edit in replay.edits:
        cuts = _cuts(edit, context.spec)
        if cuts is None:
            return None
        found += cuts
    return found


def _cuts(edit: Edit, spec: ModelSpec) -> list[Cut] | None:
    by, codes = BY.get(type(edit)), _codes(edit, spec)
    if by is None or edit.units is not None or not codes:
        return None
    if (isinstance(edit, Patch) and edit.source != OTHER) or (isinstance(edit, Resample) and edit.seed):
        return None
    places = (None,) if edit.positions is None else edit.positions
    return [{"part": code, "position": place, "key": None, "by": by} for code in codes for place in places]


def _codes(edit: Edit, spec: ModelSpec) -> list[str]:
    """The parts at an edit's site, in the page's letters; none where the page has no switch for it."""
    name = site_named(spec, edit.site).name
    if name in ("hook_embed", "blocks.0.hook_resid_pre"):
        return ["in"] if (name == "hook_embed") == (spec.n_layers == 0) else []
    match = SITE.fullmatch(name)
    layer, rest = match.groups() if match else ("", "")
    if rest == "attn.hook_z":
        return [f"L{layer}H{head}" for head in edit.heads or range(spec.n_heads)]
    return [f"L{layer}{PARTS[rest]}"] if rest in PARTS else []


def _sees_forced(replay: Replay, context: Context) -> bool:
    """Whether what is patched may depend on teacher-forced outputs, which the page shows as the question has them."""
    task = context.task
    forced = [task.roles[output] for output in task.outputs if output in task.roles]
    patched = [edit for edit in replay.edits if isinstance(edit, Patch)]
    if not forced or not patched:
        return False
    if context.spec.attention_dir != "causal" or any(edit.positions is None for edit in patched):
        return True
    return max(place for edit in patched for place in edit.positions or ()) >= min(forced)
