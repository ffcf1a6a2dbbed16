"""A model as a file of ONNX, by `torch.onnx`."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openwork.errors import EngineError, Reason
from openwork.interop.plain_torch import plain_torch
from openwork.models import Stack

NEEDED = ("torch", "onnx", "onnxscript")


def onnx_file(stack: Stack) -> bytes:
    """The bytes of the file: `tokens` int64 `[input, pos]` to `logits` `[input, pos, d_vocab_out]`, both axes free.

    Raises:
        EngineError: PyTorch or the libraries of ONNX are not installed.
        CheckpointError: the stack does not hold exactly one model.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        mend = "pip install 'openwork[onnx]'"
        raise EngineError("a file of ONNX needs its libraries", [Reason(n, "is not installed", mend) for n in missing])
    torch: Any = importlib.import_module("torch")
    spec, model = stack.spec, plain_torch(stack)
    example = torch.zeros((2, min(2, spec.n_ctx)), dtype=torch.int64)
    free = {"tokens": {0: torch.export.Dim("input"), 1: torch.export.Dim("pos", max=spec.n_ctx)}}
    if spec.n_ctx < 2:
        free["tokens"].pop(1)
    with tempfile.TemporaryDirectory() as folder, _silent():
        path = Path(folder) / "model.onnx"
        names = {"input_names": ["tokens"], "output_names": ["logits"]}
        torch.onnx.export(
            model, (example,), str(path), dynamo=True, dynamic_shapes=free, external_data=False, verbose=False, **names
        )
        return path.read_bytes()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Without what PyTorch says of its own parts meanwhile: nothing of it is about the model."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
