"""GPT-2 as Hugging Face stores it: what comes in, and every reason why something does not.

That the logits are those of `transformers` is tested by `test_real_transformers.py`, in an environment of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from openwork.errors import CheckpointError
from openwork.interop import imported_model, read_checkpoint
from openwork.interop.imported_model import describe_checkpoint
from openwork.models import Stack, model_spec
from openwork.testing.engine_case import make_case

SPEC = dict(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=24, d_vocab=7, n_ctx=8, act_fn="gelu_new")
CONFIG = dict(
    model_type="gpt2",
    architectures=["GPT2LMHeadModel"],
    **dict(n_layer=2, n_embd=6, n_head=2, n_inner=None, vocab_size=7, n_positions=8, activation_function="gelu_new"),
    **dict(layer_norm_epsilon=1e-5, scale_attn_weights=True),
)
Arrays = dict[str, np.ndarray]


@pytest.fixture
def stack() -> Stack:
    """A model whose embeddings are tied."""
    made = make_case(model_spec(**SPEC), seed=1, models=1).stack
    named = {name: np.array(array) for name, array in made.named().items()}
    named["unembed.W_U"], named["unembed.b_U"][:] = named["embed.W_E"].swapaxes(1, 2), 0
    return Stack(made.spec, np.concatenate([array.reshape(1, -1) for array in named.values()], axis=1))


@pytest.fixture
def arrays(stack: Stack) -> Arrays:
    return as_gpt2({name: array[0] for name, array in stack.named().items()})


def as_gpt2(weights: Arrays) -> Arrays:
    """The weights of a tied model under Hugging Face's names."""
    found = {"wte.weight": weights["embed.W_E"], "wpe.weight": weights["pos_embed.W_pos"]}
    found |= {"ln_f.weight": weights["ln_final.w"], "ln_f.bias": weights["ln_final.b"]}
    for layer in range(2):
        here = {name.removeprefix(f"blocks.{layer}."): a for name, a in weights.items() if f"blocks.{layer}." in name}
        block = {f"{theirs}.weight": here[f"{ours}.w"] for ours, theirs in (("ln1", "ln_1"), ("ln2", "ln_2"))}
        block |= {f"{theirs}.bias": here[f"{ours}.b"] for ours, theirs in (("ln1", "ln_1"), ("ln2", "ln_2"))}
        parts = [here[f"attn.W_{x}"].swapaxes(0, 1).reshape(6, 6) for x in "QKV"]
        block["attn.c_attn.weight"] = np.concatenate(parts, axis=1)
        block["attn.c_attn.bias"] = np.concatenate([here[f"attn.b_{x}"].reshape(-1) for x in "QKV"])
        block["attn.c_proj.weight"], block["attn.c_proj.bias"] = here["attn.W_O"].reshape(6, 6), here["attn.b_O"]
        block["mlp.c_fc.weight"], block["mlp.c_fc.bias"] = here["mlp.W_in"], here["mlp.b_in"]
        block["mlp.c_proj.weight"], block["mlp.c_proj.bias"] = here["mlp.W_out"], here["mlp.b_out"]
        found |= {f"h.{layer}.{name}": array for name, array in block.items()}
    return {f"transformer.{name}": np.ascontiguousarray(array) for name, array in found.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def write(arrays: Arrays, name: str = "model.safetensors", **config: Any) -> Path:
        place = tmp_path / "theirs"
        place.mkdir(exist_ok=True)
        if name.endswith(".safetensors"):
            save_file(arrays, place / name)
        else:
            torch.save({key: torch.tensor(array) for key, array in arrays.items()}, place / name)
        (place / "config.json").write_text(json.dumps(config))
        return place

    return write


def refused(place: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        imported_model(read_checkpoint(place), {})
    return str(caught.value)


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_folder_of_hugging_face_is_the_model(name, arrays, stack, folder):
    found = imported_model(read_checkpoint(folder(arrays, name, **CONFIG)), {})
    assert found.dialect == "GPT-2" and found.stack.spec == stack.spec
    assert (found.stack.flat == stack.flat).all()
    assert read_checkpoint(folder(arrays, name, **CONFIG)).name == f"theirs/{name}"


def test_a_file_with_or_without_the_prefix_and_its_masks(arrays, stack, folder):
    place = folder(arrays, **CONFIG)
    bare = {name.removeprefix("transformer."): array for name, array in arrays.items()}
    bare["h.0.attn.bias"] = np.ones((1, 1, 8, 8), np.float32)
    save_file(bare, place / "model.safetensors")
    found = imported_model(read_checkpoint(place / "model.safetensors"), {})
    assert (found.stack.flat == stack.flat).all() and "1 buffers" in found.notes[1]


def test_what_a_file_alone_does_not_say_is_open(arrays, tmp_path):
    save_file(arrays, tmp_path / "alone.safetensors")
    found = describe_checkpoint(read_checkpoint(tmp_path / "alone.safetensors"), {})
    assert [field.field for field in found.open] == ["n_heads", "act_fn", "attn_scale"]
    said = {"n_heads": 2, "act_fn": "gelu_new", "attn_scale": None}
    assert describe_checkpoint(read_checkpoint(tmp_path / "alone.safetensors"), said).spec == model_spec(**SPEC)


def test_positions_from_an_offset(arrays, stack, folder):
    place = folder(arrays, **CONFIG)
    found = imported_model(read_checkpoint(place), {"position_offset": 3}).stack
    assert found.spec.n_ctx == 5
    assert (found.named()["pos_embed.W_pos"] == stack.named()["pos_embed.W_pos"][:, 3:]).all()
    for offset in (8, -1, 1.5):
        with pytest.raises(CheckpointError, match="give 0 to 7"):
            imported_model(read_checkpoint(place), {"position_offset": offset})


def test_options_of_the_config_are_taken(arrays, folder):
    config = CONFIG | dict(activation_function="gelu_pytorch_tanh", layer_norm_epsilon=0.5, scale_attn_weights=False)
    spec = imported_model(read_checkpoint(folder(arrays, **config)), {}).stack.spec
    assert (spec.act_fn, spec.eps, spec.attn_scale) == ("gelu_new", 0.5, 1.0)


def test_every_contradiction_of_config_and_shapes_is_told_at_once(arrays, folder):
    config = CONFIG | dict(n_layer=3, n_embd=5, n_head=4, vocab_size=9, n_positions=7, n_inner=5)
    config |= dict(activation_function="solu", layer_norm_epsilon=-1, scale_attn_by_inverse_layer_idx=True)
    config |= dict(add_cross_attention=True, scale_attn_weights=3, architectures=["GPT2Model"])
    told = refused(folder(arrays, **config))
    for field in config:
        assert field == "model_type" or f"config, {field}" in told, field


def test_tied_and_untied_at_once_is_refused(arrays, folder):
    other = arrays | {"lm_head.weight": arrays["transformer.wte.weight"] + 1}
    assert "tie_word_embeddings: the embeddings are tied, and the file" in refused(folder(other, **CONFIG))
    found = imported_model(read_checkpoint(folder(other, **CONFIG, tie_word_embeddings=False)), {})
    assert (found.stack.named()["unembed.W_U"][0] == other["lm_head.weight"].T).all()
    assert "has no lm_head.weight" in refused(folder(arrays, **CONFIG, tie_word_embeddings=False))
    same = arrays | {"lm_head.weight": arrays["transformer.wte.weight"]}
    assert imported_model(read_checkpoint(folder(same, **CONFIG)), {}).stack.spec.d_vocab_out == 7


def test_another_architecture_in_the_folder_is_refused(arrays, folder):
    assert "'llama' is not read here" in refused(folder(arrays, **CONFIG | dict(model_type="llama")))
    llama = {"model.embed_tokens.weight": np.ones((7, 6), np.float32)}
    assert "none of its 1 names is one of GPT-2's" in refused(folder(llama, **CONFIG))


def test_weights_that_are_missing_strange_or_of_another_shape_are_told_at_once(arrays, folder):
    del arrays["transformer.h.1.mlp.c_fc.bias"]
    arrays["transformer.h.0.crossattention.c_attn.weight"] = np.ones((6, 12), np.float32)
    arrays["transformer.h.0.attn.c_proj.weight"] = np.ones((6, 5), np.float32)
    arrays["transformer.ln_f.bias"] = np.full(6, np.nan, np.float32)
    arrays["transformer.h.0.attn.c_atn.bias"] = np.ones(18, np.float32)
    told = refused(folder(arrays, **CONFIG))
    for words in (
        *("h.1.mlp.c_fc.bias: is missing", "cross-attention is not in the family", "(6, 5), expected (6, 6)"),
        *("6 of its 6 numbers are not finite", "did you mean 'h.0.attn.c_attn.bias'"),
    ):
        assert words in told, told


def test_weights_of_linear_layers_are_not_called_gpt2(arrays, folder):
    turned = {name: array.T if "c_" in name and array.ndim == 2 else array for name, array in arrays.items()}
    turned = {name: np.ascontiguousarray(array) for name, array in turned.items()}
    assert "is [out, in], and GPT-2's Conv1D is [in, out]" in refused(folder(turned, **CONFIG))


def test_a_folder_without_one_file_of_weights_is_refused(arrays, folder, tmp_path):
    place = folder(arrays, **CONFIG)
    (place / "model.safetensors").rename(place / "one.safetensors")
    assert read_checkpoint(place).arrays
    (place / "two.pt").write_bytes(b"")
    assert "has 2 files of weights: one.safetensors, two.pt" in refused(place)
    (place / "model.safetensors.index.json").write_text("{}")
    assert "are cut into several files" in refused(place)
    assert "has no file of weights" in refused(tmp_path)


def test_nanogpt_says_its_sizes_in_its_own_file(arrays, stack, tmp_path):
    tensors = {name.replace("transformer.", "_orig_mod.transformer."): torch.tensor(a) for name, a in arrays.items()}
    tensors = {name: t.T.contiguous() if ".c_" in name and t.ndim == 2 else t for name, t in tensors.items()}
    tensors["_orig_mod.lm_head.weight"] = tensors["_orig_mod.transformer.wte.weight"]
    args = dict(n_layer=2, n_head=2, n_embd=6, block_size=8, bias=True, vocab_size=7, dropout=0.0)
    torch.save({"model": tensors, "model_args": args, "iter_num": 3}, tmp_path / "ckpt.pt")
    found = imported_model(read_checkpoint(tmp_path), {"act_fn": "gelu_new"})
    assert found.dialect == "nanoGPT" and (found.stack.flat == stack.flat).all()
    bare = {name: t for name, t in tensors.items() if not name.endswith("bias")}
    torch.save({"model": bare, "model_args": args | dict(n_head=5)}, tmp_path / "ckpt.pt")
    assert "6 numbers cannot be cut into so many heads" in refused(tmp_path)
    torch.save({"model": bare, "model_args": args}, tmp_path / "ckpt.pt")
    found = imported_model(read_checkpoint(tmp_path), {"act_fn": "gelu"})
    assert found.stack.spec.normalization_type == "LN" and "norms have no bias" in found.notes[0]
