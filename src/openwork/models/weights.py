"""The weights of a stack of models: one flat array, and TransformerLens' names as views into it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data.frozen import frozen
from openwork.errors import CheckpointError, Reason
from openwork.models.spec import ModelSpec


def weight_shapes(spec: ModelSpec) -> dict[str, tuple[int, ...]]:
    """Shape of every weight of one model, in the order in which they lie in `Stack.flat`."""
    d, heads, d_head = spec.d_model, spec.n_heads, spec.d_head
    shapes: dict[str, tuple[int, ...]] = {"embed.W_E": (spec.d_vocab, d)}
    if spec.positional_embedding_type == "standard":
        shapes["pos_embed.W_pos"] = (spec.n_ctx, d)
    for layer in range(spec.n_layers):
        block = f"blocks.{layer}."
        shapes |= _norm_shapes(spec, block + "ln1.")
        shapes |= {f"{block}attn.W_{x}": (heads, d, d_head) for x in "QKV"}
        shapes |= {f"{block}attn.b_{x}": (heads, d_head) for x in "QKV"}
        shapes |= {block + "attn.W_O": (heads, d_head, d), block + "attn.b_O": (d,)}
        if not spec.attn_only:
            shapes |= _norm_shapes(spec, block + "ln2.")
            shapes |= {block + "mlp.W_in": (d, spec.d_mlp), block + "mlp.b_in": (spec.d_mlp,)}
            shapes |= {block + "mlp.W_out": (spec.d_mlp, d), block + "mlp.b_out": (d,)}
    shapes |= _norm_shapes(spec, "ln_final.")
    return shapes | {"unembed.W_U": (d, spec.d_vocab_out), "unembed.b_U": (spec.d_vocab_out,)}


def _norm_shapes(spec: ModelSpec, prefix: str) -> dict[str, tuple[int, ...]]:
    if not spec.norm_has_weights:
        return {}
    shapes: dict[str, tuple[int, ...]] = {prefix + "w": (spec.d_model,)}
    return shapes | ({prefix + "b": (spec.d_model,)} if spec.normalization_type == "LN" else {})


def n_params(spec: ModelSpec) -> int:
    """Numbers in one model."""
    return sum(math.prod(shape) for shape in weight_shapes(spec).values())


def named_views(spec: ModelSpec, flat: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
    """Views of a flat `[model, param]` array by weight name, each `[model, ...]`."""
    views, start = {}, 0
    for name, shape in weight_shapes(spec).items():
        stop = start + math.prod(shape)
        views[name] = flat[:, start:stop].reshape(len(flat), *shape)
        start = stop
    return views


@dataclass(frozen=True, eq=False)
class Stack:
    """R models of one spec.

    Attributes:
        spec: what every model of the stack is.
        flat: `[model, param]`, of the spec's dtype, C-contiguous; nobody can change them (`openwork.data.frozen`).
    """

    spec: ModelSpec
    flat: NDArray[np.floating]

    def __post_init__(self) -> None:
        flat = frozen(self.flat, self.spec.dtype)
        if flat.shape[1:] != (n_params(self.spec),):
            expected = f"[model, {n_params(self.spec)}]"
            raise CheckpointError("weights do not fit the spec", Reason("flat", f"{flat.shape}, expected {expected}"))
        object.__setattr__(self, "flat", flat)

    def __len__(self) -> int:
        return len(self.flat)

    def named(self) -> dict[str, NDArray[np.floating]]:
        """Read-only views by TransformerLens' state-dict names, each `[model, ...]`."""
        return named_views(self.spec, self.flat)

    def take(self, models: Iterable[int]) -> Stack:
        """These models, in this order."""
        return Stack(self.spec, self.flat[list(models)])


def stack_of(spec: ModelSpec, named: Mapping[str, NDArray[np.floating]]) -> Stack:
    """A stack from named arrays, each `[model, ...]`.

    Raises:
        CheckpointError: with every name that is missing, unknown, or of another shape.
    """
    shapes = weight_shapes(spec)
    reasons = [Reason(name, "is missing") for name in shapes if name not in named]
    reasons += [Reason(name, "is not a weight of this model") for name in named if name not in shapes]
    lengths = {array.shape[:1] for array in named.values()}
    for name, shape in shapes.items():
        if name in named and named[name].shape[1:] != shape:
            reasons.append(
                Reason(name, f"has shape {named[name].shape}, expected [model, {', '.join(map(str, shape))}]")
            )
    if len(lengths) > 1:
        reasons.append(Reason("model axis", f"has several lengths: {sorted(lengths)}"))
    if reasons:
        raise CheckpointError("weights do not fit the spec", reasons)
    count = next(iter(lengths))[0]
    return Stack(spec, np.concatenate([np.asarray(named[n], spec.dtype).reshape(count, -1) for n in shapes], axis=1))
