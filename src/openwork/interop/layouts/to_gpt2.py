"""A model as Hugging Face stores a GPT-2: its config, and its weights under GPT-2's names."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.interop.transformer_lens import heads_joined
from openwork.models import Stack

Array = NDArray[np.generic]
INSIDE = {"attn.o": "attn.c_proj", "mlp.in": "mlp.c_fc", "mlp.out": "mlp.c_proj", "ln1": "ln_1", "ln2": "ln_2"}


def gpt2_of(stack: Stack) -> tuple[dict[str, Any], dict[str, Array]]:
    """The config and the weights of the stack's only model, which is one that GPT-2 can be.

    Logits come from `lm_head`, tied to the embedding where the two are equal; from the head of a token classifier where
    they have a bias or other symbols than the tokens, for GPT-2's `lm_head` has neither.
    """
    spec, scaled = stack.spec, stack.spec.score_divisor != 1.0
    found = heads_joined(spec, {name: np.array(array[0]) for name, array in stack.named().items()}, scaled)
    labels = spec.d_vocab_out != spec.d_vocab or bool(found["unembed.bias"].any())
    tied = not labels and np.array_equal(found["unembed.weight"], found["embed.weight"])
    config: dict[str, Any] = {
        "architectures": ["GPT2ForTokenClassification" if labels else "GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_layer": spec.n_layers,
        "n_embd": spec.d_model,
        "n_head": spec.n_heads,
        "n_inner": spec.d_mlp,
        "vocab_size": spec.d_vocab,
        "n_positions": spec.n_ctx,
        "activation_function": spec.act_fn,
        "layer_norm_epsilon": spec.eps,
        "scale_attn_weights": scaled,
        "tie_word_embeddings": tied,
        "dtype": spec.dtype,
        **dict.fromkeys(("attn_pdrop", "embd_pdrop", "resid_pdrop"), 0.0),
        **dict.fromkeys(("bos_token_id", "eos_token_id")),
    }
    if labels:
        config["id2label"] = {str(i): f"LABEL_{i}" for i in range(spec.d_vocab_out)}
    inside = {f"transformer.{name}": array for name, array in _inside(stack, found).items()}
    head = {} if tied else {"lm_head.weight": found["unembed.weight"]}
    if labels:
        head = {"classifier.weight": found["unembed.weight"], "classifier.bias": found["unembed.bias"]}
    return config, {name: np.ascontiguousarray(array) for name, array in (inside | head).items()}


def _inside(stack: Stack, found: dict[str, Array]) -> dict[str, Array]:
    spec = stack.spec
    one, zero = np.ones(spec.d_model, spec.dtype), np.zeros(spec.d_model, spec.dtype)
    weights = {
        "wte.weight": found["embed.weight"],
        "wpe.weight": found["pos_embed.weight"],
        "ln_f.weight": found.get("ln_final.weight", one),
        "ln_f.bias": found.get("ln_final.bias", zero),
    }
    for layer in range(spec.n_layers):
        block, to = f"blocks.{layer}.", f"h.{layer}."
        for ours, theirs in INSIDE.items():
            for kind, usual in (("weight", one), ("bias", zero)):
                array = found.get(f"{block}{ours}.{kind}", usual)
                weights[f"{to}{theirs}.{kind}"] = array.T if array.ndim == 2 else array
        for kind in ("weight", "bias"):
            parts = np.concatenate([found[f"{block}attn.{part}.{kind}"] for part in "qkv"])
            weights[f"{to}attn.c_attn.{kind}"] = parts.T
    return weights
