"""Tensors of a safetensors file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason
from openwork.interop.budget import require_small

CONFIG_KEY = "openwork.config"
"""in the file's metadata: the model's config as JSON, where openwork wrote the file"""
LARGEST_HEADER = 2**24
"""bytes; about 100 are needed for a tensor"""
MOST_REASONS = 20
DTYPES = {
    "F64": "f8",
    "F32": "f4",
    "F16": "f2",
    "BOOL": "?",
    "I64": "i8",
    "I32": "i4",
    "I16": "i2",
    "I8": "i1",
    "U8": "u1",
}


def read_safetensors(name: str, data: bytes) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    """Arrays by name, and the config where openwork wrote one.

    Raises:
        CheckpointError: damaged, or holding what is not a plain array.
    """
    header, written = _header(name, data)
    shapes = {key: tuple(entry["shape"]) for key, entry in header.items()}
    require_small(name, shapes, len(data))
    try:
        tensors = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    except (safetensors.SafetensorError, ValueError, OverflowError) as error:
        raise _damaged(name, str(error)) from error
    arrays, reasons = {}, []
    for key, tensor in tensors.items():
        kind = tensor["dtype"]
        if kind != "BF16" and kind not in DTYPES:
            reasons.append(Reason(f"{name}, {key}", f"has the type {kind}", "save it as float32"))
            continue
        dtype = np.dtype("<u2" if kind == "BF16" else "<" + DTYPES[kind])
        array = np.ndarray(tuple(tensor["shape"]), dtype, bytes(tensor["data"]))
        if kind == "BF16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        arrays[key] = array.astype(np.float32) if kind == "F16" else array
    if reasons:
        raise CheckpointError("the checkpoint cannot be read", reasons[:MOST_REASONS])
    return arrays, _config(name, written)


def _header(name: str, data: bytes) -> tuple[dict[str, Any], object]:
    """What the file says of each tensor, with a shape of whole numbers; and the config that it carries, if any."""
    length = int.from_bytes(data[:8], "little")
    if length > LARGEST_HEADER:
        raise _damaged(name, f"its header would have {length:,} bytes, more than the {LARGEST_HEADER:,} read here")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise _damaged(name, f"its header is not JSON: {error}") from error
    header = header if isinstance(header, dict) else {"": None}
    beside = header.pop("__metadata__", None)
    for key, entry in header.items():
        shape = entry.get("shape") if isinstance(entry, dict) else None
        if not isinstance(shape, list) or any(type(n) is not int or n < 0 for n in shape):
            raise _damaged(name, f"its header gives {key[:80]!r} no shape")
    return header, beside.get(CONFIG_KEY) if isinstance(beside, dict) else None


def _damaged(name: str, what: str) -> CheckpointError:
    return CheckpointError("the checkpoint cannot be read", Reason(name, f"is damaged: {what}"))


def _config(name: str, written: object) -> dict[str, Any]:
    if written is None:
        return {}
    try:
        config = json.loads(str(written))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            "the checkpoint cannot be read", Reason(name, f"its config is damaged: {error}")
        ) from error
    if not isinstance(config, dict):
        raise CheckpointError("the checkpoint cannot be read", Reason(name, "its config is not a table of fields"))
    return config
