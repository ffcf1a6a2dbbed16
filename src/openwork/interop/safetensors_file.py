"""Tensors of a safetensors file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason

CONFIG_KEY = "openwork.config"
"""in the file's metadata: the model's config as JSON, where openwork wrote the file"""
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
    try:
        tensors = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    except (safetensors.SafetensorError, ValueError, OverflowError) as error:
        raise CheckpointError("the checkpoint cannot be read", Reason(name, f"is damaged: {error}")) from error
    arrays, reasons = {}, []
    for key, tensor in tensors.items():
        kind = tensor["dtype"]
        if kind == "BF16":
            halves = np.frombuffer(tensor["data"], "<u2").astype(np.uint32) << 16
            arrays[key] = halves.view(np.float32).reshape(tensor["shape"])
        elif kind in DTYPES:
            found = np.frombuffer(tensor["data"], "<" + DTYPES[kind]).reshape(tensor["shape"])
            arrays[key] = found.astype(np.float32) if kind == "F16" else found
        else:
            reasons.append(Reason(f"{name}, {key}", f"has the type {kind}", "save it as float32"))
    if reasons:
        raise CheckpointError("the checkpoint cannot be read", reasons)
    return arrays, _config(name, data)


def _config(name: str, data: bytes) -> dict[str, Any]:
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    written = (header.get("__metadata__") or {}).get(CONFIG_KEY)
    if written is None:
        return {}
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            "the checkpoint cannot be read", Reason(name, f"its config is damaged: {error}")
        ) from error
    if not isinstance(found, dict):
        raise CheckpointError("the checkpoint cannot be read", Reason(name, "its config is not a table of fields"))
    return found
