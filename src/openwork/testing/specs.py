"""Hypothesis strategies for random small models."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from openwork.models import ModelSpec, model_spec

OPTIONS: dict[str, list[Any]] = {
    "attn_only": [True, False, False],
    "normalization_type": [None, "LN", "LNPre", "RMS", "RMSPre"],
    "act_fn": ["relu", "gelu", "gelu_new", "silu"],
    "attention_dir": ["causal", "bidirectional"],
    "positional_embedding_type": ["standard", "none"],
    "attn_scale": [None, 0.7, 3.0],
    "eps": [1e-5, 1e-3],
    "n_layers": [1, 2, 3],
    "n_heads": [1, 2, 3, 4],
    "d_model": list(range(2, 10)),
    "d_head": list(range(1, 6)),
    "d_mlp": list(range(1, 12)),
    "n_ctx": list(range(1, 10)),
    "d_vocab": list(range(1, 8)),
    "d_vocab_out": list(range(1, 10)),
    "pad_token": [None, None, 0, 3],
}
COUNT = math.prod(map(len, OPTIONS.values()))
SPREAD = 2_654_435_761
"""A prime, so that no two numbers name the same spec."""


@st.composite
def specs(draw: st.DrawFn, dtype: str = "float32") -> ModelSpec:
    """A random spec: every choice that a spec has, and small, mostly odd sizes.

    All of it hangs on one number: drawn one by one, Hypothesis repeats itself so often that sixty specs have no `LNPre`
    among them. The number 0 is the plainest model.
    """
    fields = _decoded(draw(st.integers(0, COUNT - 1)))
    if fields["attn_only"]:
        fields["d_mlp"] = 0
    if fields["pad_token"] is not None:
        fields["pad_token"] = min(fields["pad_token"], fields["d_vocab"] - 1)
    return model_spec(**fields, dtype=dtype)


def seeds() -> st.SearchStrategy[int]:
    """A seed for weights, inputs and edits."""
    return st.integers(0, 2**31 - 1)


def _decoded(number: int) -> dict[str, Any]:
    """The spec with this number: a digit for each option. Small numbers are drawn most, so they are spread out."""
    number = number * SPREAD % COUNT
    fields = {}
    for name, values in OPTIONS.items():
        number, digit = divmod(number, len(values))
        fields[name] = values[digit]
    return fields
