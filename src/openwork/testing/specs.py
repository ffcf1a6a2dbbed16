"""Hypothesis strategies for random small models."""

from __future__ import annotations

from hypothesis import strategies as st

from openwork.models import ModelSpec, model_spec


@st.composite
def specs(draw: st.DrawFn, dtype: str = "float32") -> ModelSpec:
    """A random spec: every choice that a spec has, and small, mostly odd sizes."""
    attn_only = draw(st.booleans())
    return model_spec(
        n_layers=draw(st.integers(1, 3)),
        d_model=draw(st.integers(2, 9)),
        n_heads=draw(st.integers(1, 4)),
        d_head=draw(st.integers(1, 5)),
        d_mlp=0 if attn_only else draw(st.integers(1, 11)),
        d_vocab=draw(st.integers(1, 7)),
        d_vocab_out=draw(st.integers(1, 9)),
        n_ctx=draw(st.integers(1, 9)),
        act_fn=draw(st.sampled_from(["relu", "gelu", "gelu_new", "silu"])),
        normalization_type=draw(st.sampled_from(["LN", "LNPre", "RMS", "RMSPre", None])),
        eps=draw(st.sampled_from([1e-5, 1e-3])),
        attention_dir=draw(st.sampled_from(["causal", "bidirectional"])),
        attn_only=attn_only,
        positional_embedding_type=draw(st.sampled_from(["standard", "none"])),
        attn_scale=draw(st.sampled_from([None, 0.7, 3.0])),
        dtype=dtype,
    )


def seeds() -> st.SearchStrategy[int]:
    """A seed for weights, inputs and edits."""
    return st.integers(0, 2**31 - 1)
