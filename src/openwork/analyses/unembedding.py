"""The end of a model, from a residual stream to logits, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.subject import Subject
from openwork.models import sites_of

Floats = NDArray[np.float64]


def residual_streams(subject: Subject) -> tuple[str, ...]:
    """The residual stream before the first block and after every part of each."""
    names = [name for name in sites_of(subject.spec) if "hook_resid" in name]
    last = ("hook_resid_mid", "hook_resid_post")
    return tuple(n for n in names if n == "blocks.0.hook_resid_pre" or n.endswith(last)) or ("hook_embed",)


def final_norm(subject: Subject, values: Floats) -> Floats:
    """The model's final norm of `[..., d_model]`; the values themselves where it has none."""
    kind = subject.spec.normalization_type
    if kind is None:
        return values
    if kind in ("LN", "LNPre"):
        values = values - values.mean(axis=-1, keepdims=True)
    values = values / np.sqrt((values**2).mean(axis=-1, keepdims=True) + subject.spec.eps)
    named = subject.stack.named()
    if "ln_final.w" in named:
        values = values * named["ln_final.w"][0]
    return values + named["ln_final.b"][0] if "ln_final.b" in named else values


def logits_of(subject: Subject, values: Floats) -> Floats:
    """What the model would answer if `[..., d_model]` were its last residual stream: `[..., d_vocab_out]`."""
    named = subject.stack.named()
    logits: Floats = final_norm(subject, values) @ named["unembed.W_U"][0] + named["unembed.b_U"][0]
    return logits


def log_softmax(logits: Floats) -> Floats:
    """Over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_shares: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return log_shares
