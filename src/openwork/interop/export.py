"""Writing a model for others: a safetensors file, and beside it the config that its weights belong to."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from safetensors.numpy import save

from openwork.errors import Reason, StoreNotWritable
from openwork.interop.place import place_to_write
from openwork.interop.safetensors_file import CONFIG_KEY
from openwork.interop.transformer_lens import Target, config_for, state_dict_for
from openwork.models import Stack

HOW_TO_LOAD: dict[Target, str] = {
    "transformer-lens-3": """\
import json
from safetensors.torch import load_file
from transformer_lens import HookedTransformer, HookedTransformerConfig

model = HookedTransformer(HookedTransformerConfig(**json.load(open({config!r}))))
model.load_state_dict(load_file({weights!r}))""",
    "transformer-lens-4": """\
import json
from safetensors.torch import load_file
from transformer_lens.config import TransformerBridgeConfig
from transformer_lens.model_bridge import TransformerBridge

model = TransformerBridge.boot_native(TransformerBridgeConfig(**json.load(open({config!r}))))
model.load_state_dict(load_file({weights!r}))""",
    "safetensors": """\
from safetensors.numpy import load_file

weights = load_file({weights!r})""",
}

NOT_WRITTEN = "the model cannot be written"


def export_model(stack: Stack, target: Target, path: Path) -> tuple[Path, ...]:
    """Writes the stack's only model to `path`, and its config to the same name with `.json`; gives what was written.

    The file carries the model's config inside too, so that `openwork import` needs to be told nothing.

    Raises:
        CheckpointError: the stack does not hold exactly one model.
        StoreNotWritable: nothing can be written there; then nothing is.
    """
    inside = json.dumps(config_for(stack.spec, "safetensors"))
    files = {path: save(state_dict_for(stack, target), {"format": "pt", CONFIG_KEY: inside})}
    if target != "safetensors":
        files[config_path(path)] = (json.dumps(config_for(stack.spec, target), indent=2) + "\n").encode()
    _write(files)
    return tuple(files)


def config_path(path: Path) -> Path:
    """Where the config goes."""
    return path.with_suffix(".json")


def how_to_load(target: Target, path: Path) -> str:
    """Lines of Python that load what was written."""
    return HOW_TO_LOAD[target].format(weights=str(path), config=str(config_path(path)))


def _write(files: dict[Path, bytes]) -> None:
    """All of them or none: each under another name first."""
    files = {place_to_write(path, NOT_WRITTEN): data for path, data in files.items()}
    parts: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            parts[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        for path, part in parts.items():
            part.chmod(0o644)
            part.replace(path)
    except OSError as error:
        reason = Reason(str(error.filename or path), error.strerror or str(error), "give another place with -o")
        raise StoreNotWritable(NOT_WRITTEN, reason) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
