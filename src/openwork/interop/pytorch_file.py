"""Tensors of a file that `torch.save` wrote, read without running anything in it.

Such a file is a zip archive with a pickle inside, and a pickle can name any function to call. PyTorch's own reader with
`weights_only=True` calls none but those that make tensors. What it does not look at is looked at here first: that the
archive is whole, and how much it would become in memory.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import warnings
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason

LARGEST = 2**30
"""bytes in memory, of the archive unpacked and of all its tensors"""
MOST_TENSORS = 100_000
WRAPPERS = ("state_dict", "model_state_dict", "model", "weights")
"""keys under which training scripts put a state dict beside other things"""
HOW_TO_CONVERT = "in the program that made it: torch.save(model.state_dict(), PATH), or safetensors.torch.save_file"


def read_pytorch(name: str, data: bytes) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    """Arrays by name; such a file has no config that is read.

    Raises:
        CheckpointError: damaged, too large, a whole model or anything else that only code could load; PyTorch is not
            installed.
    """
    if importlib.util.find_spec("torch") is None:
        raise _refused(name, "PyTorch is not installed, which reads it", "pip install 'openwork[torch]'")
    _check_archive(name, data)
    torch = importlib.import_module("torch")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    except Exception as error:  # PyTorch raises whatever a damaged pickle leads it to
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        if "Unsupported" in str(error) or "weights_only" in str(error) or "Weights only" in str(error):
            raise _refused(name, "holds more than tensors: loading it would run code", HOW_TO_CONVERT) from error
        raise _refused(name, f"is damaged: {first[:200]}") from error
    return _arrays(name, torch, _state_dict(name, torch, found)), {}


def _check_archive(name: str, data: bytes) -> None:
    if not data.startswith(b"PK"):
        what = "is not an archive of PyTorch 1.6 or newer"
        raise _refused(name, what, f"load it where it was made, then save it again: {HOW_TO_CONVERT}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size > LARGEST:
                raise _refused(name, f"unpacks to {size:,} bytes, more than the {LARGEST:,} that are read here")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise _refused(name, "is packed in a way that torch.save does not use", HOW_TO_CONVERT)
            broken = archive.testzip()
    except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, OSError) as error:
        raise _refused(name, f"is damaged: {error}") from error
    if broken is not None:
        raise _refused(name, f"is damaged: {broken!r} inside does not have the checksum that was written")


def _state_dict(name: str, torch: Any, found: Any) -> dict[str, Any]:
    """The table of tensors, also where it stands beside other things."""
    for key in WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
            break
    if not isinstance(found, dict) or not found:
        what = f"holds {type(found).__name__} and not a table of named tensors"
        raise _refused(name, what if not isinstance(found, dict) else "holds no tensor", HOW_TO_CONVERT)
    other = [key for key, value in found.items() if not (isinstance(key, str) and isinstance(value, torch.Tensor))]
    if other:
        what = f"{len(other)} of its {len(found)} entries are no named tensors, the first is {str(other[0])[:80]!r}"
        raise _refused(name, what, HOW_TO_CONVERT)
    if len(found) > MOST_TENSORS:
        raise _refused(name, f"holds {len(found):,} tensors, more than {MOST_TENSORS:,}")
    return found


def _arrays(name: str, torch: Any, tensors: dict[str, Any]) -> dict[str, NDArray[np.generic]]:
    broken = [key for key, tensor in tensors.items() if any(length < 0 for length in tensor.shape)]
    if broken:  # a changed pickle can say so, and PyTorch makes such a tensor
        raise _refused(
            name, f"is damaged: {len(broken)} of its tensors have a negative size, the first is {broken[0]!r}"
        )
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > LARGEST:
        raise _refused(name, f"its tensors take {size:,} bytes, more than the {LARGEST:,} that are read here")
    reasons, arrays = [], {}
    for key, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex() or tensor.is_meta:
            reasons.append(Reason(f"{name}, {key}", "is not a plain array", "save it dense and real, as float32"))
            continue
        tensor = tensor.detach()
        if tensor.is_floating_point() and tensor.dtype != torch.float64:
            tensor = tensor.float()
        arrays[key] = tensor.contiguous().numpy()
    if reasons:
        raise CheckpointError("the checkpoint cannot be read", reasons)
    return arrays


def _refused(name: str, what: str, mend: str = "") -> CheckpointError:
    return CheckpointError("the checkpoint cannot be read", Reason(name, what, mend))
