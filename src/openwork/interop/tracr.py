"""Models that Tracr compiled from a RASP program: read from the live `AssembledTransformerModel` in the user's program.

Tracr, Haiku and JAX are the user's own installation; Haiku is imported only when a function here is called.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.live import digest_of

Array = NDArray[np.generic]
Labels = Mapping[str, Sequence[str]]
"""the names of the places along an axis, by the axis' name"""
NEEDED = ("params", "model_config", "residual_labels", "get_compiled_model")
ACTIVATIONS = {"relu": "relu", "gelu": "gelu_new", "silu": "silu", "swish": "silu"}
"""by the names of JAX's functions; its `gelu` is the approximation by tanh"""
PARTS = {"attn/query": "Q", "attn/key": "K", "attn/value": "V", "attn/linear": "O"}
MLP = {"mlp/linear_1": "in", "mlp/linear_2": "out"}
PLACE = re.compile(rf"transformer/layer_(0|[1-9][0-9]*)/({'|'.join([*PARTS, *MLP])})")


def tracr_checkpoint(model: Any) -> tuple[Checkpoint, Labels]:
    """The weights of a compiled model, and the names of its residual stream's dimensions, of its tokens and answers.

    Raises:
        CheckpointError: no such model, or one with parts that the model family does not have; with every reason.
    """
    lacking = [name for name in NEEDED if not hasattr(model, name)]
    if lacking:
        what = f"{type(model).__name__} has no {', '.join(lacking)}"
        mend = "give the AssembledTransformerModel that tracr.compiler.compiling.compile_rasp_to_model returns"
        raise CheckpointError("this is no model that Tracr compiled", Reason("model", what, mend))
    config, params = model.model_config, model.params
    act = getattr(config.activation_function, "__name__", repr(config.activation_function))
    reasons = []
    if act not in ACTIVATIONS:
        reasons.append(Reason("model_config.activation_function", f"{act[:60]} is not in the model family"))
    if config.layer_norm:
        what = "a norm is not in what Tracr compiles: its weights would not be where they are looked for"
        reasons.append(Reason("model_config.layer_norm", what))
    strange = [name for name in params if not (PLACE.fullmatch(name) or name in ("token_embed", "pos_embed"))]
    reasons += [Reason(f"params, {name}", "is not a part of a compiled model") for name in strange[:20]]
    reasons += [Reason(f"params, {name}", "is missing") for name in _absent(config.num_layers, params)]
    if reasons:
        raise CheckpointError("the compiled model is not in the model family", reasons)
    arrays = _weights(params, config.num_heads) | {"unembed.W_U": _unembedding(model)}
    fields = {
        "act_fn": ACTIVATIONS[act],
        "normalization_type": None,
        "attention_dir": "causal" if config.causal else "bidirectional",
        "pad_token": None,
    }
    name = f"{type(model).__name__} of Tracr"
    labels = {
        "d_model": tuple(map(str, model.residual_labels)),
        "d_vocab": _symbols(model.input_encoder, arrays["embed.W_E"].shape[0]),
        "d_vocab_out": _symbols(model.output_encoder, arrays["unembed.W_U"].shape[1]),
    }
    said = fields | {"attn_scale": -1.0}
    return Checkpoint(name, digest_of(arrays), arrays, said), {axis: of for axis, of in labels.items() if of}


def residual_note(labels: Labels) -> str:
    """The names of the residual stream's dimensions in one line, as a stored run keeps them."""
    return "residual dimensions: " + ", ".join(f"{i} {label}" for i, label in enumerate(labels["d_model"]))


def _absent(layers: int, params: Mapping[str, Any]) -> list[str]:
    wanted = [f"transformer/layer_{layer}/{part}" for layer in range(layers) for part in (*PARTS, *MLP)]
    return [name for name in ("token_embed", "pos_embed", *wanted) if name not in params]


def _weights(params: Mapping[str, Mapping[str, Any]], heads: int) -> dict[str, Array]:
    """Under the names and shapes of `HookedTransformer`: Haiku's matrices are `[in, out]`, heads side by side."""
    found: dict[str, Array] = {
        "embed.W_E": _array(params["token_embed"]["embeddings"]),
        "pos_embed.W_pos": _array(params["pos_embed"]["embeddings"]),
    }
    for name, weights in params.items():
        if not (place := PLACE.fullmatch(name)):
            continue
        block, matrix, bias = f"blocks.{place[1]}", _array(weights["w"]), _array(weights["b"])
        if place[2] in MLP:
            found |= {f"{block}.mlp.W_{MLP[place[2]]}": matrix, f"{block}.mlp.b_{MLP[place[2]]}": bias}
            continue
        part = PARTS[place[2]]
        if part == "O":
            found |= {f"{block}.attn.W_O": matrix.reshape(heads, -1, matrix.shape[1]), f"{block}.attn.b_O": bias}
        else:
            apart = matrix.reshape(matrix.shape[0], heads, -1).swapaxes(0, 1)
            found |= {f"{block}.attn.W_{part}": apart, f"{block}.attn.b_{part}": bias.reshape(heads, -1)}
    return found


def _unembedding(model: Any) -> Array:
    """`[d_model, d_vocab_out]`: what the model's own unembedding makes of every direction of the residual stream.

    The matrix is no parameter of it, so it is asked.
    """
    haiku = importlib.import_module("haiku")
    directions = np.eye(len(model.residual_labels), dtype=np.float32)
    asked = haiku.transform(lambda x: model.get_compiled_model().unembed(x, use_unembed_argmax=False))
    matrix = _array(asked.apply({}, None, directions))
    return matrix[:, None] if matrix.ndim == 1 else matrix


def _array(value: Any) -> Array:
    return np.asarray(value, np.float32)


def _symbols(encoder: Any, length: int) -> tuple[str, ...]:
    """What each id stands for; nothing where an encoder keeps no table, as one of numbers does."""
    table = getattr(encoder, "encoding_map", None)
    if not table:
        return ()
    by_id = {int(i): str(symbol) for symbol, i in table.items()}
    return tuple(by_id.get(i, f"id {i}") for i in range(length))
