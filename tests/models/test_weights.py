from __future__ import annotations

import numpy as np
import pytest

from openwork.errors import CheckpointError
from openwork.models import Stack, model_spec, n_params, named_views, stack_of, weight_shapes

SPEC = model_spec(n_layers=1, d_model=3, n_heads=2, d_head=1, d_mlp=5, d_vocab=4, d_vocab_out=2, n_ctx=6)


@pytest.fixture
def stack():
    flat = np.arange(2 * n_params(SPEC), dtype=np.float32).reshape(2, -1)
    return Stack(SPEC, flat)


def test_the_notebooks_model_has_533_numbers():
    assert n_params(model_spec(n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16, d_vocab=5, n_ctx=17)) == 533


def test_names_follow_the_norm():
    for norm, names in {"LN": {"w", "b"}, "RMS": {"w"}, "LNPre": set(), None: set()}.items():
        shapes = weight_shapes(SPEC.model_copy(update={"normalization_type": norm}))
        assert {n.removeprefix("ln_final.") for n in shapes if n.startswith("ln_final.")} == names


def test_named_weights_are_views_and_make_the_same_stack_again(stack):
    named = stack.named()
    assert {name: array.shape[1:] for name, array in named.items()} == weight_shapes(SPEC)
    assert all(np.shares_memory(array, stack.flat) for array in named.values())
    assert stack_of(SPEC, named).flat.tobytes() == stack.flat.tobytes()


def test_a_view_of_a_flat_array_writes_to_it():
    flat = np.zeros((2, n_params(SPEC)))
    named_views(SPEC, flat)["embed.W_E"][1, 0, 2] = 7
    assert np.flatnonzero(flat).tolist() == [n_params(SPEC) + 2]


def test_weights_are_never_edited(stack):
    with pytest.raises(ValueError, match="read-only"):
        stack.flat[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        stack.named()["unembed.b_U"][:] = 1


def test_take(stack):
    assert stack.take([1, 1, 0]).flat[:, 0].tolist() == [n_params(SPEC), n_params(SPEC), 0]
    assert len(stack.take([])) == 0


def test_every_weight_that_does_not_fit_is_told(stack):
    named = dict(stack.named())
    named["embed.W_e"] = named.pop("embed.W_E")
    named["unembed.b_U"] = named["unembed.b_U"][:1]
    named["unembed.W_U"] = named["unembed.W_U"].transpose(0, 2, 1)
    with pytest.raises(CheckpointError) as error:
        stack_of(SPEC, named)
    assert [str(reason) for reason in error.value.reasons] == [
        "embed.W_E: is missing",
        "embed.W_e: is not a weight of this model",
        "unembed.W_U: has shape (2, 2, 3), expected [model, 3, 2]",
        "model axis: has several lengths: [(1,), (2,)]",
    ]
    with pytest.raises(CheckpointError, match=r"embed\.W_E: is missing"):
        stack_of(SPEC, {})
    with pytest.raises(CheckpointError, match=r"flat: \(2, 3\), expected \[model, "):
        Stack(SPEC, np.zeros((2, 3)))
