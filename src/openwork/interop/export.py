"""Writing a model for others: a safetensors file, and beside it the config that its weights belong to."""

from __future__ import annotations

import json
import os
import re
import tempfile
from keyword import iskeyword
from pathlib import Path
from typing import Any

from safetensors.numpy import save

from openwork.errors import Reason, StoreNotWritable
from openwork.interop.folder import CONFIG
from openwork.interop.layouts.to_gpt2 import gpt2_of
from openwork.interop.onnx_file import onnx_file
from openwork.interop.place import place_to_write
from openwork.interop.plain_torch import torch_fields, torch_source, torch_weights
from openwork.interop.safetensors_file import CONFIG_KEY
from openwork.interop.targets import Target, require_target
from openwork.interop.transformer_lens import config_for, state_dict_for
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
    "gpt2": """\
from transformers import {model}

model = {model}.from_pretrained({weights!r})""",
    "torch": """\
import json
from safetensors.torch import load_file
{search}from {module} import Transformer

model = Transformer(**json.load(open({config!r})))
model.load_state_dict(load_file({weights!r}))""",
    "onnx": """\
import onnxruntime

session = onnxruntime.InferenceSession({weights!r})
(logits,) = session.run(None, {{"tokens": tokens}})  # int64 [input, pos]""",
    "safetensors": """\
from safetensors.numpy import load_file

weights = load_file({weights!r})""",
}

NOT_WRITTEN = "the model cannot be written"


def export_model(stack: Stack, target: Target, path: Path) -> tuple[Path, ...]:
    """Writes the stack's only model to `path`, and what belongs beside it; gives what was written.

    The config goes to the same name with `.json`, PyTorch's source to the same with `.py`. For `gpt2` the path is a
    folder. A file of safetensors carries the model's config inside too, so that `openwork import` needs to be told
    nothing.

    Raises:
        CheckpointError: the stack does not hold exactly one model, or none that the target can be.
        EngineError: `onnx` without PyTorch or without the libraries of ONNX.
        StoreNotWritable: nothing can be written there; then nothing is.
    """
    require_target(target, stack.spec)
    if target == "gpt2":
        config, weights = gpt2_of(stack)
        names = {path / "model.safetensors": save(weights, {"format": "pt"}), path / CONFIG: _json(config)}
        _make_folder(path)
        _write(names)
        return tuple(names)
    if target == "onnx":
        files = {path: onnx_file(stack)}
    else:
        usual = {"attn_scale": -1.0} if target in ("transformer-lens-4", "torch") else {}  # there queries carry it
        inside = json.dumps(config_for(stack.spec, "safetensors") | usual)
        named = torch_weights(stack) if target == "torch" else state_dict_for(stack, target)
        files = {path: save(named, {"format": "pt", CONFIG_KEY: inside})}
        if target == "torch":
            files |= {config_path(path): _json(torch_fields(stack.spec)), source_path(path): torch_source()}
        elif target != "safetensors":
            files[config_path(path)] = _json(config_for(stack.spec, target))
    _write(files)
    return tuple(files)


def source_path(path: Path) -> Path:
    """Where PyTorch's source goes: a name that can be imported, also where a run's begins with a digit."""
    name = re.sub(r"\W", "_", path.stem)
    return path.with_name((name if name.isidentifier() and not iskeyword(name) else f"model_{name}") + ".py")


def config_path(path: Path) -> Path:
    """Where the config goes."""
    return path.with_suffix(".json")


def how_to_load(target: Target, path: Path) -> str:
    """Lines of Python that load what was written."""
    model = "AutoModel"
    if target == "gpt2":
        [model] = json.loads((path / CONFIG).read_text(encoding="utf-8"))["architectures"]
    module, folder = source_path(path).stem, str(path.parent)
    search = "" if folder == "." else f"import sys; sys.path.append({folder!r})\n"
    named = {"weights": str(path), "config": str(config_path(path)), "model": model, "module": module, "search": search}
    return HOW_TO_LOAD[target].format(**named)


def _json(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, indent=2) + "\n").encode()


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise StoreNotWritable(NOT_WRITTEN, Reason(str(path), why, "give another folder with -o")) from error


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
