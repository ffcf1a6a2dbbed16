"""Times every line of docs/transformerlens.md, ours, and theirs where TransformerLens is installed.

    python bench/transformerlens.py            a table
    python bench/transformerlens.py --write    and into the page

On one thread each, in turns after one that does not count; a time is processor time, the median of the turns, in
milliseconds. The model has two layers of two heads, d_model 32, and is asked 4,096 inputs of 16 tokens.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import datetime
import importlib.metadata
import importlib.util
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import openwork as ow
from machine import machine
from openwork.interop import export_model
from openwork.models import initial_stack, model_spec

PAGE = Path(__file__).resolve().parent.parent / "docs" / "transformerlens.md"
ROW = re.compile(r"^\| (?P<what>[^|`]+) \| `(?P<theirs>.+)` \| `(?P<ours>.+)` \|$", re.M)
TURNS = 7
SHORTEST = 0.005
"""seconds: what takes less is run again until it takes so long"""
BEGIN, END = "<!-- times -->\n", "<!-- end of times -->\n"


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


def call(line: str, names: dict[str, Any]) -> Callable[[], Any]:
    """What runs a line, compiled once."""
    *before, last = line.split("; ")
    first, then = compile("\n".join(before), "line", "exec"), compile(last, "line", "eval")

    def run() -> Any:
        exec(first, names)
        return eval(then, names)

    return run


def value_of(line: str, names: dict[str, Any]) -> Any:
    """What a line comes to; statements before the last are run first."""
    return call(line, names)()


def seconds(run: Callable[[], Any], times: int) -> float:
    """Of one run, of the processor."""
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def took(*sides: Callable[[], Any] | None) -> list[float | None]:
    """Milliseconds of each side, in turns."""
    timed = []
    for run in filter(None, sides):
        once = seconds(run, 1)
        timed.append((partial(seconds, run, max(1, round(SHORTEST / max(once, 1e-6)))), []))
    for _ in range(TURNS):
        for measure, found in timed:
            found.append(1000 * measure())
    medians = iter([statistics.median(found) for _, found in timed])
    return [None if run is None else next(medians) for run in sides]


def measured() -> list[tuple[str, float | None, float]]:
    """One line of the page after the other: what, theirs, ours."""
    installed = importlib.util.find_spec("transformer_lens") is not None
    with tempfile.TemporaryDirectory() as folder:
        model = opened(Path(folder))
    asked = tokens_for(model, 4096)
    here, there = ours(model, *asked), theirs(model, *asked) if installed else None
    found = []
    print(f"{'what':44} {'TransformerLens':>16} {'openwork':>12}   milliseconds")
    for what, line, own in rows():
        their, our = took(None if there is None else call(line, there), call(own, here))
        print(f"{what:44} {said(their):>16} {said(our):>12}", flush=True)
        found.append((what, their, our))
    return found


def said(milliseconds: float | None) -> str:
    """Three digits of it."""
    return "-" if milliseconds is None else f"{milliseconds:.3g}" if milliseconds < 100 else f"{milliseconds:.0f}"


def section(found: list[tuple[str, float | None, float]]) -> str:
    """The page's table of times."""
    version = importlib.metadata.version("transformer-lens")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [f"| what | TransformerLens {version} | openwork |", "|---|---|---|"]
    lines += [f"| {what} | {said(their)} ms | {said(our)} ms |" for what, their, our in found]
    return BEGIN + "\n".join(lines) + f"\n\n{machine()}, {today}.\n" + END


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the times into the page; needs TransformerLens")
    options = parser.parse_args()
    found = measured()
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(before + section(found) + after, encoding="utf-8")


if __name__ == "__main__":
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
    main()
