"""A file of weights from elsewhere: named arrays and what it says of itself; nothing in it is ever executed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import CheckpointError, Reason
from openwork.interop.folder import CONFIG, USUAL, weights_in
from openwork.interop.given_file import read_given
from openwork.interop.pytorch_file import read_pytorch
from openwork.interop.safetensors_file import read_safetensors

Array = NDArray[np.generic]
LARGEST_FILE = 2**30
"""bytes; a model for which every input can be asked is a thousand times smaller"""
LARGEST_CONFIG = 2**20
HOW_TO_CONFIGURE = "give a JSON file with the model's config, or name another"
ENDINGS = ".safetensors, .pt, .pth or .bin"
READERS = {".safetensors": read_safetensors, ".pt": read_pytorch, ".pth": read_pytorch, ".bin": read_pytorch}


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What a file holds.

    Attributes:
        name: the file's name, with its folder's where that was named.
        digest: SHA-256 of the file, in hexadecimal.
        arrays: every tensor by name; floating-point ones as float32 or float64.
        config: what it or a file beside it says of the model, in TransformerLens' words or in those of the library that
            wrote it; empty where nothing does.
    """

    name: str
    digest: str
    arrays: Mapping[str, Array] = field(repr=False)
    config: Mapping[str, Any] = field(default_factory=dict)


def read_checkpoint(path: Path, config: Path | None = None) -> Checkpoint:
    """The tensors of a `.pt`, `.pth`, `.bin` or `.safetensors` file, or of a folder that holds one.

    What the file cannot say may stand in `config`, a JSON file with the fields of TransformerLens' config or of Hugging
    Face's. Unless another is given `NAME.json` beside the file is read, or `config.json` beside one of the names that
    libraries give, such as `model.safetensors`.

    Raises:
        CheckpointError: the file is missing, damaged, too large, of another format, or would need code to be loaded;
            with how to mend it.
    """
    name = path.name
    if os.path.isdir(path):  # unlike Path's own, it may be asked of a name that no file can have
        folder, path = path, weights_in(path, tuple(READERS))
        name = f"{folder.resolve().name}/{path.name}"
    if path.suffix.lower() not in READERS:
        what = f"{path.suffix or 'no ending'} is not a format that is read here"
        raise _refused(path, what, f"its name must end in {ENDINGS}")
    data = read_given(path, LARGEST_FILE)
    arrays, inside = READERS[path.suffix.lower()](name, data)
    return Checkpoint(name, hashlib.sha256(data).hexdigest(), arrays, inside | _sidecar(path, config))


def _sidecar(path: Path, config: Path | None) -> dict[str, Any]:
    beside = [path.with_suffix(".json"), *([path.with_name(CONFIG)] if path.name in USUAL else [])]
    place = config or next((place for place in beside if os.path.exists(place)), None)
    if place is None:
        return {}
    try:
        found = json.loads(read_given(place, LARGEST_CONFIG, HOW_TO_CONFIGURE))
    except (ValueError, RecursionError) as error:
        raise _refused(place, f"is not JSON: {error}", HOW_TO_CONFIGURE) from error
    if not isinstance(found, dict):
        raise _refused(place, "is not a table of config fields", 'for example {"act_fn": "relu"}')
    return found


def _refused(path: Path, what: str, mend: str = "") -> CheckpointError:
    return CheckpointError("the checkpoint cannot be read", Reason(path.name, what, mend))
