"""From named arrays to a model: names, sizes, what is not said, and what contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.errors import CheckpointError
from openwork.interop import Checkpoint, imported_model
from openwork.interop.transformer_lens import config_for, state_dict_for
from openwork.models import Stack, model_spec
from openwork.testing.engine_case import make_case

SAID = dict(attention_dir="causal", act_fn="relu", attn_scale=None, pad_token=None)


def checkpoint(arrays, **config) -> Checkpoint:
    return Checkpoint("model.pt", "0" * 64, arrays, config)


def same(one: Stack, other: Stack) -> bool:
    return one.spec == other.spec and np.allclose(one.flat, other.flat, rtol=1e-6, atol=0)


@pytest.mark.parametrize("norm", ["LN", "LNPre", "RMS", "RMSPre", None])
@pytest.mark.parametrize("target", ["transformer-lens-3", "transformer-lens-4", "safetensors"])
@pytest.mark.parametrize("attn_only", [True, False])
def test_what_is_exported_is_read_back(norm, target, attn_only):
    spec = model_spec(
        **dict(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=0 if attn_only else 5, d_vocab=7, d_vocab_out=4),
        **dict(n_ctx=8, attn_only=attn_only, normalization_type=norm, attention_dir="bidirectional", act_fn="gelu"),
    )
    if attn_only:
        spec = spec.model_copy(update={"act_fn": "relu"})
    stack = make_case(spec, seed=3, models=1).stack
    found = imported_model(checkpoint(state_dict_for(stack, target), **config_for(spec, "safetensors")), {})
    assert same(found.stack, stack)
    assert found.dialect == ("TransformerBridge" if target.endswith("4") else "HookedTransformer")


def test_an_unscaled_model_is_exported_to_version_4_with_scaled_queries(stack):
    unscaled = Stack(stack.spec.model_copy(update={"attn_scale": 1.0}), stack.flat)
    arrays = state_dict_for(unscaled, "transformer-lens-4")
    found = imported_model(checkpoint(arrays), SAID | {"n_heads": 2}).stack.named()
    assert np.allclose(found["blocks.0.attn.W_Q"], stack.named()["blocks.0.attn.W_Q"] * 3**0.5)


def test_what_nobody_says_is_asked_for_all_at_once(tensors):
    with pytest.raises(CheckpointError) as caught:
        imported_model(checkpoint({n: t.numpy() for n, t in tensors.items()}), {})
    for option in ("--attention-dir causal|bidirectional", "--act-fn relu", "--attn-scale sqrt|1", "--pad-token none"):
        assert option in str(caught.value)


def test_the_user_goes_before_the_config_and_each_says_how_it_is_known(tensors):
    arrays = {n: t.numpy() for n, t in tensors.items()}
    config = dict(act_fn="gelu", attention_dir="causal", use_attn_scale=False, eps=1e-6)
    found = imported_model(checkpoint(arrays, **config), {"act_fn": "silu", "pad_token": None})
    said = {s.field: (s.value, s.by) for s in found.known}
    assert said["act_fn"] == ("silu", "given") and said["attn_scale"] == (1.0, "from model.pt's config")
    assert found.stack.spec.eps == 1e-6 and "mask" in found.notes[0]


def test_a_saved_mask_is_not_believed(tensors):
    arrays = {n: t.numpy() for n, t in tensors.items()}
    assert not arrays["blocks.0.attn.mask"][0, 1]
    found = imported_model(checkpoint(arrays), SAID | {"attention_dir": "bidirectional"})
    assert found.stack.spec.attention_dir == "bidirectional"


def test_prefixes_are_taken_off_and_missing_biases_are_told(tensors):
    arrays = {f"module.{n}": t.numpy() for n, t in tensors.items() if "b_Q" not in n and n != "unembed.b_U"}
    found = imported_model(checkpoint(arrays), SAID)
    assert not found.stack.named()["blocks.1.attn.b_Q"].any()
    assert "attn.b_Q, unembed.b_U: taken for zero" in found.notes[1]


def broken(tensors, **changes) -> str:
    arrays = {n: t.numpy() for n, t in tensors.items()} | changes
    with pytest.raises(CheckpointError) as caught:
        imported_model(checkpoint({n: a for n, a in arrays.items() if a is not None}), SAID)
    return str(caught.value)


def test_every_contradiction_of_the_shapes_is_told(tensors):
    changes = {"blocks.0.mlp.W_in": np.ones((9, 5)), "blocks.1.attn.W_Q": np.ones((2, 6, 4)), "ln_final.w": None}
    told = broken(tensors, **changes)
    assert "d_model: the weights disagree: 6 in embed.W_E" in told and "9 in blocks.0.mlp.W_in" in told
    assert "d_head" in told and "ln_final.w: is missing" in told


def test_what_the_family_does_not_have_is_named(tensors):
    told = broken(tensors, **{"blocks.0.mlp.W_gate": np.ones((6, 5)), "blocks.0.attn.W_QQ": np.ones(3)})
    assert "gated MLPs are not in the family" in told
    assert "did you mean 'blocks.0.attn.W_Q'" in told
    assert "none of its 1 names" in str(broken_alone({"conv.weight": np.ones(3)}))


def broken_alone(arrays) -> CheckpointError:
    with pytest.raises(CheckpointError) as caught:
        imported_model(checkpoint(arrays), SAID)
    return caught.value


def test_weights_that_are_no_numbers_are_counted(tensors):
    bad = np.ones((7, 6), np.float32)
    bad[0, :2] = np.nan, np.inf
    assert "embed.W_E: 2 of its 42 numbers are not finite" in broken(tensors, **{"embed.W_E": bad})
    assert "holds int64" in broken(tensors, **{"embed.W_E": np.ones((7, 6), np.int64)})


def test_a_config_of_another_family_or_other_sizes_is_refused(tensors):
    arrays = {n: t.numpy() for n, t in tensors.items()}
    config = dict(gated_mlp=True, d_model=99, act_fn="solu", positional_embedding_type="rotary")
    with pytest.raises(CheckpointError) as caught:
        imported_model(checkpoint(arrays, **config), SAID)
    for words in ("gated_mlp", "99, but the weights say 6", "'solu' is not in", "'rotary' is not in"):
        assert words in str(caught.value)


def test_heads_that_cannot_be_cut_are_refused(stack):
    arrays = state_dict_for(stack, "transformer-lens-4")
    with pytest.raises(CheckpointError, match="6 cannot be cut into 4 heads"):
        imported_model(checkpoint(arrays), SAID | {"n_heads": 4})
    with pytest.raises(CheckpointError, match=r"n_heads: the file does not say it \(--n-heads 1\|2\|3\|6\)"):
        imported_model(checkpoint(arrays), SAID)
