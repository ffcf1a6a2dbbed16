"""Models around `torch.nn.TransformerEncoderLayer`, under the names of a native bridge.

PyTorch names what is in its layers; the list that they are in, if any, and what is around them (embedding, positions,
unembedding) have the names that somebody gave, and are told apart by them and by shapes. Whether the norms come first
no file says, so a config must.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.missing_fields import ACTIVATIONS, KnownField, brief
from openwork.interop.names import MOST_TOLD, Arrays, Named, not_numbers

ATTENTION = re.compile(r"(?P<layer>(?:[^.]+\.)*)self_attn\.in_proj_weight")
LISTED = re.compile(r"(?P<list>(?:[^.]+\.)*)(?P<number>0|[1-9][0-9]{0,2})\.")
PARTS = {
    "self_attn.out_proj": "attn.o",
    "linear1": "mlp.in",
    "linear2": "mlp.out",
    "norm1": "ln1",
    "norm2": "ln2",
}
JOINED = re.compile(r"self_attn\.in_proj_(weight|bias)")
CROSS = re.compile(r"multihead_attn\.|norm3\.")
POSITIONS = re.compile(r"pos|(^|\.)pe$|wpe", re.I)
UNEMBEDDING = re.compile(r"head|out|fc|dec|unembed|classif|proj|logit|lm_", re.I)
EMBEDDING = re.compile(r"emb|tok|wte|src|enc", re.I)
NOT_READ = "the checkpoint is no model of PyTorch's layers that can be read"
NORM_FIRST = 'write {"norm_first": true, "nhead": …, "activation": "relu"} into a JSON file beside it, or --config'


def looks_like_torch(arrays: Arrays) -> bool:
    """Whether any of these names is of attention in a layer of PyTorch's."""
    return any(ATTENTION.fullmatch(name) for name in arrays)


@dataclass(frozen=True)
class _Place:
    """Where in which layer a weight is."""

    layer: int
    part: str


def _places(source: str, arrays: Arrays) -> dict[str, _Place]:
    """Of every weight that is in a layer: those of one list, or one layer by itself.

    Raises:
        CheckpointError: layers are in several places.
    """
    layers = [found["layer"] for name in arrays if (found := ATTENTION.fullmatch(name))]
    listed = {layer: place for layer in layers if (place := LISTED.fullmatch(layer))}
    stacks = [*dict.fromkeys(place["list"] for place in listed.values()), *(x for x in layers if x not in listed)]
    if len(stacks) > 1:
        what = f"layers are in {len(stacks)} places: {', '.join(stack.rstrip('.') for stack in stacks[:MOST_TOLD])}"
        reason = Reason(source, what, "one nn.TransformerEncoder or nn.ModuleList of layers is read")
        raise CheckpointError(NOT_READ, reason)
    return {
        name: _Place(int(listed[layer]["number"]) if layer in listed else 0, name.removeprefix(layer))
        for layer in layers
        for name in arrays
        if name.startswith(layer)
    }


def named_torch(checkpoint: Checkpoint, arrays: Arrays) -> Named:
    """The weights of such a model under the names of a native bridge.

    Raises:
        CheckpointError: norms that come last or of which nobody says it, cross-attention, parts that cannot be told
            apart; with every reason.
    """
    source, config = checkpoint.name, checkpoint.config
    inside = _places(source, arrays)
    reasons = not_numbers(source, arrays) + _norms_first(source, config)
    crossing = [name for name, place in inside.items() if CROSS.search(place.part)]
    if crossing:
        what = "cross-attention is not in the family: a TransformerDecoderLayer looks at a memory beside its input"
        reasons.append(Reason(f"{source}, {crossing[0]}", what))
    found: dict[str, NDArray[np.generic]] = {}
    for name, place in inside.items():
        if name not in crossing:
            reasons += _inside(source, name, place, arrays[name], found)
    outside = {name: array for name, array in arrays.items() if name not in inside}
    reasons += _outside(source, outside, found)
    known, wrong = _known(source, config)
    if reasons or wrong:
        raise CheckpointError(NOT_READ, reasons + wrong)
    notes = ["the embedding is taken as it is: where a forward pass multiplies it, multiply the weights first"]
    if "unembed.weight" not in found:
        found["unembed.weight"] = found["embed.weight"]
        notes.append("it has no unembedding of its own: the embedding's transpose")
    return Named("torch.nn.TransformerEncoder", found, (), True, known, tuple(notes))


def _norms_first(source: str, config: Mapping[str, Any]) -> list[Reason]:
    if config.get("norm_first") is True:
        return []
    if "norm_first" in config:
        return [Reason(f"{source}'s config, norm_first", "norms that come last are not in the family: it is pre-norm")]
    what = "the file does not say whether norms come first, and PyTorch's default is that they come last"
    return [Reason(f"{source}, norm_first", what, NORM_FIRST)]


def _inside(
    source: str, name: str, place: _Place, array: NDArray[np.generic], found: dict[str, NDArray[np.generic]]
) -> list[Reason]:
    """Adds one weight of a layer."""
    block, part = f"blocks.{place.layer}.", place.part
    if joined := JOINED.fullmatch(part):
        if not array.ndim or array.shape[0] % 3:
            return [Reason(f"{source}, {name}", f"has shape {array.shape}, expected queries, keys and values")]
        for letter, rows in zip("qkv", np.split(array, 3), strict=True):
            found[f"{block}attn.{letter}.{joined[1]}"] = rows
        return []
    base, _, kind = part.rpartition(".")
    if base not in PARTS or kind not in ("weight", "bias"):
        return [Reason(f"{source}, {name}", "is not a weight of a TransformerEncoderLayer")]
    found[f"{block}{PARTS[base]}.{kind}"] = array
    if PARTS[base].startswith("ln"):
        found.setdefault(f"{block}{PARTS[base]}.bias", np.zeros_like(array))  # a LayerNorm without one is no RMSNorm
    return []


def _outside(source: str, arrays: Arrays, found: dict[str, NDArray[np.generic]]) -> list[Reason]:
    """Adds embedding, positions, the last norm and the unembedding."""
    reasons = []
    matrices = {name: array for name, array in arrays.items() if np.squeeze(array).ndim == 2 or array.ndim == 2}
    places = [name for name in matrices if POSITIONS.search(name)]
    rest = [name for name in matrices if name not in places]
    outs = [n for n in rest if UNEMBEDDING.search(n) and not EMBEDDING.search(n)]
    roles = {"pos_embed": places, "unembed": outs, "embed": [name for name in rest if name not in outs]}
    for role, names in roles.items():
        if len(names) > 1 or (role == "embed" and not names):
            what = f"{len(names)} matrices may be it: {', '.join(names[:MOST_TOLD])}" if names else "none is there"
            mend = "name them embed.weight, pos_embed.weight and unembed.weight"
            reasons.append(Reason(f"{source}, {role}", what, mend))
        elif names:
            array = matrices[names[0]]
            found[f"{role}.weight"] = array if array.ndim == 2 else array.reshape(-1, array.shape[-1])
    biases = [f"{name.removesuffix('weight')}bias" for name in outs]
    norms = [name for name, array in arrays.items() if array.ndim == 1 and name not in biases]
    weights, norm_biases = ([n for n in norms if n.endswith(end)] for end in ("weight", "bias"))
    if len(weights) != 1 or len(norm_biases) > 1 or len(norms) != len(weights) + len(norm_biases):
        what = f"one norm after the last layer is wanted, and there are {len(weights)}: {', '.join(norms[:MOST_TOLD])}"
        reasons.append(
            Reason(f"{source}, ln_final", what, "nn.TransformerEncoder(layer, n, norm=nn.LayerNorm(d_model))")
        )
    else:
        found["ln_final.weight"] = arrays[weights[0]]
        found["ln_final.bias"] = arrays[norm_biases[0]] if norm_biases else np.zeros_like(arrays[weights[0]])
    if len(outs) == 1 and biases[0] in arrays:
        found["unembed.bias"] = arrays[biases[0]]
    seen = {*matrices, *norms, *biases}
    reasons += [Reason(f"{source}, {name}", "is not a part that is read here") for name in arrays if name not in seen]
    return reasons


def _known(source: str, config: Mapping[str, Any]) -> tuple[tuple[KnownField, ...], list[Reason]]:
    """What the config says, in the words of `nn.TransformerEncoderLayer`, and `is_causal` of its call."""
    where, reasons = f"{source}'s config", []
    said = [KnownField("attn_scale", None, "PyTorch divides by sqrt(d_head)")]
    words: dict[str, tuple[str, Any]] = {
        "nhead": ("n_heads", lambda v: v if type(v) is int and v > 0 else None),
        "activation": ("act_fn", lambda v: v if v in ACTIVATIONS else None),
        "layer_norm_eps": ("eps", lambda v: float(v) if isinstance(v, int | float) and 0 < v < 1e30 else None),
        "is_causal": ("attention_dir", {True: "causal", False: "bidirectional"}.get),
    }
    for word, (field, read) in words.items():
        if word not in config:
            continue
        given = config[word]
        value = read(given) if isinstance(given, str | int | float | bool) else None
        if value is None:
            reasons.append(Reason(f"{where}, {word}", f"{brief(given)} is not in the model family"))
        else:
            said.append(KnownField(field, value, f"from {where}"))
    return tuple(said), reasons
