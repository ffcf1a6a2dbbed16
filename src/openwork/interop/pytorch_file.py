"""Tensors of a file that `torch.save` wrote, read without PyTorch and without running anything in it.

Such a file is a zip archive with a pickle inside that says how to make tensors from the other members. Every step has a
budget that is looked at before work is done: the archive's size and members, the pickle's steps, what its tensors take.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason
from openwork.interop.archive import Archive
from openwork.interop.budget import require_small
from openwork.interop.pickled import NotPlain, Odd, Pickled, value_of

LARGEST_PICKLE = 2**24
"""bytes; about 150 are needed for a tensor"""
WRAPPERS = ("state_dict", "model_state_dict", "model", "weights")
"""keys under which training scripts put a state dict beside other things"""
CONFIG = "model_args"
"""key under which nanoGPT puts what its model was made with"""
HOW_TO_CONVERT = "in the program that made it: torch.save(model.state_dict(), PATH), or safetensors.torch.save_file"
KINDS = {
    "DoubleStorage": "f8",
    "FloatStorage": "f4",
    "HalfStorage": "f2",
    "BFloat16Storage": "u2",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
    "uint16": "u2",
    "uint32": "u4",
    "uint64": "u8",
}
"""what lies in a storage, by PyTorch's name for it"""


def read_pytorch(name: str, data: bytes) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    """Arrays by name, and what the file says of its model beside them, as nanoGPT's do.

    Raises:
        CheckpointError: damaged, too large, a whole model or anything else that only code could load.
    """
    if not data.startswith(b"PK"):
        what = "is not an archive of PyTorch 1.6 or newer"
        mend = f"load it where it was made, then save it again: {HOW_TO_CONVERT}"
        raise CheckpointError("the checkpoint cannot be read", Reason(name, what, mend))
    archive = Archive(name, data)
    if "data.pkl" not in archive:
        raise archive.refused("is an archive, and not one that torch.save wrote", HOW_TO_CONVERT)
    if archive.size("data.pkl") > LARGEST_PICKLE:
        raise archive.refused(f"describes its tensors in more than {LARGEST_PICKLE:,} bytes", HOW_TO_CONVERT)
    try:
        content = value_of(archive.read("data.pkl"))
    except NotPlain as error:
        what = f"holds more than tensors: loading it would run code (it {error})"
        raise archive.refused(what, HOW_TO_CONVERT) from error
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise archive.refused(f"is damaged: {_line(error)}") from error
    return _arrays(archive, _state_dict(archive, content), len(data)), _config(content)


def _config(found: Any) -> dict[str, Any]:
    """Plain values by name; nothing where there are none."""
    beside = found.get(CONFIG) if isinstance(found, dict) else None
    if not isinstance(beside, dict):
        return {}
    return {k: v for k, v in beside.items() if isinstance(k, str) and isinstance(v, int | float | str | None)}


def _state_dict(archive: Archive, inner: Any) -> dict[str, Pickled | Odd]:
    """The table of tensors, also where it stands beside other things."""
    for key in WRAPPERS:
        if isinstance(inner, dict) and isinstance(inner.get(key), dict):
            inner = inner[key]
            break
    if not isinstance(inner, dict) or not inner:
        kind = type(inner).__name__
        what = "holds no tensor" if isinstance(inner, dict) else f"holds {kind} and not a table of named tensors"
        raise archive.refused(what, HOW_TO_CONVERT)
    other = [k for k, value in inner.items() if not (isinstance(k, str) and isinstance(value, Pickled | Odd))]
    if other:
        what = f"{len(other)} of its {len(inner)} entries are no named tensors, the first is {str(other[0])[:80]!r}"
        raise archive.refused(what, HOW_TO_CONVERT)
    return inner


def _arrays(archive: Archive, tensors: dict[str, Pickled | Odd], size: int) -> dict[str, NDArray[np.generic]]:
    plain = {key: tensor for key, tensor in tensors.items() if isinstance(tensor, Pickled)}
    broken = [key for key, tensor in plain.items() if min(tensor.shape, default=0) < 0]
    if broken:  # a changed pickle can say so
        what = f"is damaged: {len(broken)} of its tensors have a negative size, the first is {broken[0][:80]!r}"
        raise archive.refused(what)
    require_small(archive.name, {key: tensor.shape for key, tensor in plain.items()}, size)
    big = "byteorder" in archive and archive.read("byteorder").strip() == b"big"
    arrays: dict[str, NDArray[np.generic]] = {}
    reasons: list[Reason] = []
    for key, tensor in tensors.items():
        array = f"is not a plain array ({tensor.made_by})" if isinstance(tensor, Odd) else _array(archive, tensor, big)
        if isinstance(array, str):
            reasons.append(Reason(f"{archive.name}, {key[:80]}", array, "save it dense and real, as float32"))
        else:
            arrays[key] = array
    if reasons:
        raise CheckpointError("the checkpoint cannot be read", reasons[:20])
    return arrays


def _array(archive: Archive, tensor: Pickled, big: bool) -> NDArray[np.generic] | str:
    """The tensor's numbers, floating-point ones as float32 or float64; or why they cannot be read."""
    kind = tensor.kind.removeprefix("torch ")
    member = f"data/{tensor.storage.key}"
    if kind not in KINDS:
        return f"has the type {kind[:40]}, which is not a plain array's"
    if member not in archive:
        return "has no numbers in the archive"
    dtype = np.dtype(KINDS[kind]).newbyteorder(">" if big else "<")
    held = archive.size(member) // dtype.itemsize
    reach = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.strides, strict=True))
    empty = 0 in tensor.shape
    if tensor.offset < 0 or min(tensor.strides, default=0) < 0 or (not empty and reach >= held):
        return "reaches outside the numbers that the archive holds for it"
    if empty:
        flat = np.zeros(tensor.shape, dtype)
    else:
        numbers = np.frombuffer(archive.read(member), dtype, held)[tensor.offset :]
        steps = tuple(step * dtype.itemsize for step in tensor.strides)
        flat = np.lib.stride_tricks.as_strided(numbers, tensor.shape, steps).copy(order="C")
    if kind == "BFloat16Storage":
        return (flat.astype(np.uint32) << 16).view(np.float32).reshape(tensor.shape)
    return flat.astype(np.float32) if kind == "HalfStorage" else flat.astype(dtype.newbyteorder("="))


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
