"""Times every line of docs/transformerlens.md, ours, and theirs where TransformerLens is installed.

    python bench/transformerlens.py

On one thread each, in turns; a time is the median of the turns. The model has two layers of two heads, d_model 32, and
is asked 4,096 inputs of 16 tokens.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import importlib.util
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import openwork as ow
from openwork.interop import export_model
from openwork.models import initial_stack, model_spec

PAGE = Path(__file__).resolve().parent.parent / "docs" / "transformerlens.md"
ROW = re.compile(r"^\| (?P<what>[^|`]+) \| `(?P<theirs>.+)` \| `(?P<ours>.+)` \|$", re.M)
TURNS = 5


def rows() -> list[tuple[str, str, str]]:
    """What, their line and ours."""
    return [(found["what"], found["theirs"], found["ours"]) for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def opened(folder: Path, d_model: int = 32, n_ctx: int = 16) -> Any:
    """A model without a task, from a file."""
    spec = model_spec(n_layers=2, d_model=d_model, n_heads=2, d_head=d_model // 2, d_mlp=64, d_vocab=10, n_ctx=n_ctx)
    export_model(initial_stack(spec, [0]), "safetensors", folder / "model.safetensors")
    return ow.open_model(folder / "model.safetensors", engine="native")


def tokens_for(model: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and others to take values from."""
    return tuple(np.random.default_rng(0).integers(10, size=(2, n, model.spec.n_ctx)))


def ours(model: Any, tokens: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """Names for our lines."""
    return {"run": model, "ow": ow, "tokens": tokens, "other": other}


def theirs(model: Any, tokens: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """Names for their lines."""
    import torch

    from openwork.interop import to_live

    live = to_live(model.imported.stack)
    return {"model": live, "torch": torch, "tokens": torch.tensor(tokens), "other": torch.tensor(other)}


def value_of(line: str, names: dict[str, Any]) -> Any:
    """What a line comes to; statements before the last are run first."""
    *before, last = line.split("; ")
    exec("\n".join(before), names)
    return eval(last, names)


def main() -> None:
    """One line of the page after the other."""
    installed = importlib.util.find_spec("transformer_lens") is not None
    with tempfile.TemporaryDirectory() as folder:
        model = opened(Path(folder))
        asked = tokens_for(model, 4096)
        here, there = ours(model, *asked), theirs(model, *asked) if installed else None
    print(f"{'what':44} {'TransformerLens':>16} {'openwork':>12}   milliseconds")
    for what, line, own in rows():
        took: dict[str, list[float]] = {"theirs": [], "ours": []}
        for _ in range(TURNS):
            for name, code, names in (("theirs", line, there), ("ours", own, here)):
                if names is not None:
                    start = time.process_time()
                    value_of(code, names)
                    took[name].append(1000 * (time.process_time() - start))
        said = [f"{statistics.median(times):.1f}" if times else "-" for times in took.values()]
        print(f"{what:44} {said[0]:>16} {said[1]:>12}")


if __name__ == "__main__":
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
    main()
