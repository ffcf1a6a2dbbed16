"""Which tensors of a checkpoint are weights of the model family, and under which name.

Two sets of names are read: those of `HookedTransformer` (TransformerLens 1 to 3), with a matrix for every head, and
those of `TransformerBridge` (TransformerLens 4, booted natively), where the heads of a layer are one matrix and the
matrix of a linear layer is `[out, in]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason, suggestion
from openwork.interop.missing_fields import KnownField

Arrays = Mapping[str, NDArray[np.generic]]

HOOKED = re.compile(
    r"embed\.W_E|pos_embed\.W_pos|unembed\.[Wb]_U|ln_final\.[wb]|blocks\.(0|[1-9][0-9]{0,2})\."
    r"(ln[12]\.[wb]|attn\.([Wb]_[QKVO])|mlp\.([Wb]_(in|out)))"
)
BRIDGE = re.compile(
    r"(pos_)?embed\.weight|(unembed|ln_final)\.(weight|bias)|blocks\.(0|[1-9][0-9]{0,2})\."
    r"(ln[12]|attn\.[qkvo]|mlp\.(in|out))\.(weight|bias)"
)
BUFFERS = re.compile(r"(blocks\.[0-9]+\.attn\.(mask|causal_mask|IGNORE))|.*\.(cos_cached|sin_cached)")
PREFIXES = ("_orig_mod.", "module.", "model.")
"""what torch.compile, DataParallel and a wrapping module put before every name"""
MOST_TOLD = 20
"""names of a file that are told each by itself; to look for the nearest costs time for every one"""
UNSUPPORTED = {
    r"attn\._?W_[KV]_?$|attn\._[Wb]_[KV]": "several queries share a key: grouped-query attention is not in the family",
    r"W_gate|b_gate|\.gate\.": "gated MLPs are not in the family",
    r"rotary": "rotary positions are not in the family",
    r"mlp\.ln\.": "an MLP with a norm inside (SoLU) is not in the family",
    r"ln[12]_post": "norms after a layer are not in the family: its transformers are pre-norm",
    r"W_router|experts": "mixtures of experts are not in the family",
    r"encoder|decoder|cross_attn": "encoder-decoder models are not in the family",
}


@dataclass(frozen=True, eq=False)
class Named:
    """The weights of a checkpoint under TransformerLens' names.

    Attributes:
        dialect: whose names they had: `HookedTransformer`, `TransformerBridge`, or another library's.
        arrays: the weights.
        buffers: what was saved beside them and is no weight; it is not used.
        heads_joined: whether the names are those of `TransformerBridge`, where the heads of a layer are one matrix.
        known: what another library's config or kind of model says of the fields that shapes do not; None where a config
            in TransformerLens' words may.
        notes: what was left out or filled in.
    """

    dialect: str
    arrays: Arrays
    buffers: tuple[str, ...]
    heads_joined: bool
    known: tuple[KnownField, ...] | None = None
    notes: tuple[str, ...] = ()


def named(source: str, arrays: Arrays) -> Named:
    """The weights among these arrays.

    Raises:
        CheckpointError: names of neither dialect, or parts that the model family does not have; with every one.
    """
    bare = without_prefix(arrays)
    buffers = tuple(name for name in bare if BUFFERS.fullmatch(name))
    kept = {name: array for name, array in bare.items() if name not in buffers}
    counts = {pattern: sum(bool(pattern.fullmatch(name)) for name in kept) for pattern in (HOOKED, BRIDGE)}
    pattern = max(counts, key=lambda p: counts[p])
    if not counts[pattern]:
        example = f", for example {next(iter(bare))!r}" if bare else ""
        what = f"none of its {len(bare)} names is one that is read{example}"
        mend = (
            "known are TransformerLens' HookedTransformer (embed.W_E) and native TransformerBridge (embed.weight), "
            "GPT-2 (wte.weight) and PyTorch's layers (layers.0.self_attn.in_proj_weight)"
        )
        raise CheckpointError("the checkpoint is of an unknown model", Reason(source, what, mend))
    strange = [name for name in kept if not pattern.fullmatch(name)]
    known = [name for name in kept if pattern.fullmatch(name)]
    reasons = [Reason(f"{source}, {name}", *_why(name, known)) for name in strange[:MOST_TOLD]]
    if len(strange) > MOST_TOLD:
        reasons.append(Reason(source, f"{len(strange) - MOST_TOLD:,} more of its names are not in the family either"))
    reasons += not_numbers(source, kept)
    if reasons:
        raise CheckpointError("the checkpoint does not fit the model family", reasons)
    return Named("HookedTransformer" if pattern is HOOKED else "TransformerBridge", kept, buffers, pattern is BRIDGE)


def without_prefix(arrays: Arrays) -> dict[str, NDArray[np.generic]]:
    """Without what wrappers put before every name."""
    plain = dict(arrays)
    for prefix in PREFIXES:
        if plain and all(name.startswith(prefix) for name in plain):
            plain = {name.removeprefix(prefix): array for name, array in plain.items()}
    return plain


def _why(name: str, known: Sequence[str]) -> tuple[str, str]:
    for pattern, what in UNSUPPORTED.items():
        if re.search(pattern, name):
            return what, ""
    return "is not a weight that the model family has", suggestion(name, known)


def not_numbers(source: str, arrays: Arrays) -> list[Reason]:
    """Every array that holds something else than finite floating-point numbers."""
    reasons = []
    for name, array in arrays.items():
        if array.dtype.kind != "f":
            reasons.append(Reason(f"{source}, {name}", f"holds {array.dtype} in place of floating-point numbers"))
        elif not np.isfinite(array).all():
            bad = int((~np.isfinite(array)).sum())
            what = f"{bad:,} of its {array.size:,} numbers are not finite"
            reasons.append(Reason(f"{source}, {name}", what, "a model that diverged says nothing: give an earlier one"))
    return reasons


def heads_apart(arrays: Arrays, n_heads: int) -> dict[str, NDArray[np.generic]]:
    """The weights of a `TransformerBridge` under the names and shapes of `HookedTransformer`.

    The rows of q, k and v, and the columns of o, are those of the heads one after the other.

    Raises:
        CheckpointError: arrays that cannot be cut into so many heads, or have another number of axes.
    """
    reasons = []
    for name, array in arrays.items():
        expected = 2 if name.endswith("weight") and not re.search(r"ln[12_]", name) else 1
        cut = array.shape[-1] if re.search(r"attn\.o\.weight", name) else array.shape[0] if array.ndim else 0
        if array.ndim != expected:
            reasons.append(Reason(name, f"has shape {array.shape}, expected {expected} axes"))
        elif re.search(r"attn\.([qkv]\.|o\.weight)", name) and cut % n_heads:
            reasons.append(Reason(name, f"{cut} cannot be cut into {n_heads} heads", "say n_heads"))
    if reasons:
        raise CheckpointError("the checkpoint contradicts itself", reasons)
    found: dict[str, NDArray[np.generic]] = {}
    for name, array in arrays.items():
        place, kind = name.rsplit(".", 1)
        base, _, last = place.rpartition(".")
        matrix = kind == "weight"
        if last in ("embed", "pos_embed", "unembed"):
            tail = {"embed": "W_E", "pos_embed": "W_pos"}.get(last, "W_U" if matrix else "b_U")
            found[f"{place}.{tail}"] = array.T if tail == "W_U" else array
        elif last.startswith("ln"):
            found[f"{place}.{'w' if matrix else 'b'}"] = array
        elif last in ("in", "out"):
            found[f"{base}.{'W' if matrix else 'b'}_{last}"] = array.T if matrix else array
        elif last == "o":
            apart = array.T.reshape(n_heads, -1, array.shape[0]) if matrix else array
            found[f"{base}.{'W' if matrix else 'b'}_O"] = apart
        else:
            rows = array.reshape(n_heads, -1, *array.shape[1:])
            found[f"{base}.{'W' if matrix else 'b'}_{last.upper()}"] = rows.swapaxes(1, 2) if matrix else rows
    return found
