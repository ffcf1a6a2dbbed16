"""Where PyTorch overtakes the native core: training steps and scoring on one thread each, from d_model 4 to 512.

    python bench/crossover.py            about ten minutes
    python bench/crossover.py --quick    a minute, on a coarse grid

Both engines run in this process, one thread each, and take turns; a rate is the median of the turns. Every model has
two layers, heads of 16 and an MLP of 4 x d_model unless its row says otherwise; half the positions are graded; inputs
are random, so that no prefix is shared. `s1` and `s8` are stacks of one and eight, and rates are model-steps a second.
The rules at the end are tried on all rows. Regret is the time lost against always taking the faster engine: 0.10 is
ten percent. `OPENWORK_SIMD=avx2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2` stands in for an older machine.
"""

from __future__ import annotations

import os

# before PyTorch and NumPy are loaded: their own threads would run beside the one that is timed
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from openwork.data import Dataset
from openwork.engines import AdamW, Batches, Engine, OptimiserState
from openwork.engines.choose import NATIVE_UP_TO_D_MODEL
from openwork.engines.native import NativeEngine
from openwork.engines.torch import TorchEngine
from openwork.engines.torch.device import Device
from openwork.models import ModelSpec, initial_stack, model_spec

WIDTHS = (4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512)
CONTEXTS, BATCHES, STACKS = (8, 32, 128), (32, 128, 512), (1, 8)
QUICK = ((8, 64, 128, 256), (16,), (32, 256), (1, 8))
MOST = 40e9
"""Multiply-adds of one timed call at most; larger rows are left out."""
SCORED = 2048


@dataclass(frozen=True)
class Row:
    """One measurement of both engines: seconds for the same work."""

    spec: ModelSpec
    what: str
    batch: int
    models: int
    native: float
    torch: float

    @property
    def lead(self) -> float:
        """How many times as fast as the core PyTorch is."""
        return self.native / self.torch


def shape(d_model: int, n_ctx: int, **more: object) -> ModelSpec:
    """Two layers, heads of 16, an MLP of four times the width."""
    sizes: dict[str, object] = {"n_layers": 2, "n_heads": max(1, d_model // 16), "d_head": min(16, d_model)}
    return model_spec(d_model=d_model, n_ctx=n_ctx, d_vocab=10, **sizes | {"d_mlp": 4 * d_model} | more)


def odd_shapes() -> Iterator[ModelSpec]:
    """What tells one rule from another: no MLP, a wide or narrow MLP, few heads, other depths."""
    for d_model in (64, 128, 256):
        yield shape(d_model, 32, d_mlp=0, attn_only=True)
        yield shape(d_model, 32, d_mlp=d_model)
        yield shape(d_model, 32, n_heads=4, d_head=d_model // 4)
        yield shape(d_model, 32, n_layers=1)
        yield shape(d_model, 32, n_layers=4)
    yield shape(32, 32, d_mlp=1024)
    yield shape(64, 32, d_mlp=1024)


def dataset(spec: ModelSpec, inputs: int) -> Dataset:
    draw = np.random.default_rng(0)
    graded = tuple(range(spec.n_ctx // 2, spec.n_ctx))
    tokens = draw.integers(0, 10, (inputs, spec.n_ctx), np.int32)
    return Dataset(tokens, draw.integers(0, 10, (inputs, len(graded)), np.int32), graded, np.arange(inputs))


def training(spec: ModelSpec, batch: int, models: int) -> Callable[[Engine, int], None]:
    """Steps of a stack, from the start each time."""
    given, stack = dataset(spec, 2048), initial_stack(spec, range(models))
    order = np.random.default_rng(1).integers(0, 2048, (models, batch * 512))

    def work(engine: Engine, steps: int) -> None:
        batches = Batches(given, order[:, : batch * steps], batch, np.full((models, steps), 1e-3))
        engine.train(stack, OptimiserState.fresh(spec, models), batches, AdamW())

    return work


def scoring(spec: ModelSpec, models: int) -> Callable[[Engine, int], None]:
    """Passes over `SCORED` inputs."""
    given, stack = dataset(spec, SCORED), initial_stack(spec, range(models))

    def work(engine: Engine, passes: int) -> None:
        for _ in range(passes):
            engine.score(stack, given)

    return work


def seconds(work: Callable[[Engine, int], None], engines: list[Engine], turns: int, lasts: float) -> list[float]:
    """Of one unit of work by each engine: they take turns, each turn of about `lasts` seconds."""
    units, found = [], [[] for _ in engines]
    for engine in engines:
        work(engine, 1)
        once = timed(work, engine, 1)
        units.append(max(1, min(512, round(lasts / once))))
    for _ in range(turns):
        for times, engine, count in zip(found, engines, units, strict=True):
            times.append(timed(work, engine, count) / count)
    return [statistics.median(times) for times in found]


def timed(work: Callable[[Engine, int], None], engine: Engine, count: int) -> float:
    started = time.perf_counter()
    work(engine, count)
    return time.perf_counter() - started


def grid(quick: bool) -> Iterator[tuple[ModelSpec, str, int, int]]:
    """Specs, what is done, batch and stack, in the order of the table; what takes too long is left out."""
    widths, contexts, batches, stacks = QUICK if quick else (WIDTHS, CONTEXTS, BATCHES, STACKS)
    specs = [shape(d_model, n_ctx) for d_model in widths for n_ctx in contexts]
    for spec in specs:
        for models in stacks:
            for batch in batches:
                if 3 * work_per_position(spec) * spec.n_ctx * batch * models < MOST:
                    yield spec, "train", batch, models
        if work_per_position(spec) * spec.n_ctx * SCORED < MOST:
            yield spec, "score", SCORED, 1
    if not quick:
        yield from ((spec, "train", 128, 1) for spec in odd_shapes())


def measure(quick: bool, engines: list[Engine]) -> Iterator[Row]:
    for spec, what, batch, models in grid(quick):
        work = training(spec, batch, models) if what == "train" else scoring(spec, models)
        native, other = seconds(work, engines, turns=3, lasts=0.1 if quick else 0.15)
        yield Row(spec, what, batch, models, native, other)


def work_per_layer(spec: ModelSpec) -> int:
    """Multiply-adds with weights, of a layer at a position."""
    return spec.d_model * (4 * spec.n_heads * spec.d_head + 2 * spec.d_mlp)


def work_per_position(spec: ModelSpec) -> int:
    """Multiply-adds of all layers at a position; attention's own come on top."""
    return spec.n_layers * (work_per_layer(spec) + 2 * spec.n_heads * spec.d_head * spec.n_ctx)


RULES: dict[str, Callable[[ModelSpec], int]] = {
    "d_model": lambda spec: spec.d_model,
    "d_model x n_ctx": lambda spec: spec.d_model * spec.n_ctx,
    "multiply-adds a layer": work_per_layer,
    "multiply-adds a position": work_per_position,
    "multiply-adds a sequence": lambda spec: work_per_position(spec) * spec.n_ctx,
}


def regrets(rows: list[Row], measure: Callable[[ModelSpec], int], threshold: float) -> list[float]:
    """Of every row, when PyTorch runs what measures more than `threshold`."""
    chosen = [row.torch if measure(row.spec) > threshold else row.native for row in rows]
    return [taken / min(row.native, row.torch) - 1 for taken, row in zip(chosen, rows, strict=True)]


def best_threshold(rows: list[Row], measure: Callable[[ModelSpec], int]) -> float:
    """With the least regret on average; the geometric middle between two measures that occur."""
    found = sorted({measure(row.spec) for row in rows})
    between = [0.0, *((a * b) ** 0.5 for a, b in pairwise(found)), float("inf")]
    return min(between, key=lambda threshold: statistics.mean(regrets(rows, measure, threshold)))


def print_rows(rows: Iterator[Row]) -> list[Row]:
    """The table, a line when it is there; then all rows."""
    print(f"{'native/s':>10} {'torch/s':>10} {'torch leads':>11}   what", flush=True)
    kept = []
    for row in rows:
        each = row.models
        what = f"{row.what} {row.batch} s{row.models}"
        spec = f"d_model {row.spec.d_model}, n_ctx {row.spec.n_ctx}"
        if row.spec != shape(row.spec.d_model, row.spec.n_ctx):
            spec = str(row.spec)
        print(f"{each / row.native:10.1f} {each / row.torch:10.1f} {row.lead:11.2f}   {what:<14} {spec}", flush=True)
        kept.append(row)
    return kept


def print_leads(rows: list[Row]) -> None:
    """How many times as fast PyTorch is at each width: the middle row, and the range."""
    print("\ntorch leads, by d_model: median (lowest to highest)")
    for width in sorted({row.spec.d_model for row in rows}):
        for what in ("train", "score"):
            leads = [row.lead for row in rows if row.spec.d_model == width and row.what == what]
            if leads:
                middle, least, most = statistics.median(leads), min(leads), max(leads)
                print(f"{width:5d}  {what}  {middle:5.2f}  ({least:.2f} to {most:.2f})  {len(leads)} rows")


def print_together(quick: bool) -> None:
    """Eight models as one batched model, as on a GPU, against one after the other: the torch engine's own choice."""
    alone = TorchEngine(1)
    together = TorchEngine(1, Device("cpu", "to compare", together=True))
    print("\nPyTorch, a stack of 8 on the CPU: how many times as fast together as one by one")
    for d_model in QUICK[0] if quick else (8, 32, 64, 128, 256):
        for batch in (32, 256):
            one, all_at_once = seconds(training(shape(d_model, 16), batch, 8), [alone, together], turns=3, lasts=0.1)
            print(f"{one / all_at_once:5.2f}   d_model {d_model}, n_ctx 16, batch {batch}", flush=True)


def print_rules(rows: list[Row]) -> None:
    print("\nPyTorch above         threshold   mean regret   worst")
    for name, measure in RULES.items():
        threshold = best_threshold(rows, measure)
        found = regrets(rows, measure, threshold)
        print(f"{name:<20} {threshold:>10,.0f} {statistics.mean(found):>13.3f} {max(found):>7.2f}")
    d_model = RULES["d_model"]
    for name, threshold in (
        ("today's rule", float(NATIVE_UP_TO_D_MODEL)),
        ("always native", float("inf")),
        ("always torch", 0.0),
    ):
        found = regrets(rows, d_model, threshold)
        print(f"{name:<20} {'':>10} {statistics.mean(found):>13.3f} {max(found):>7.2f}")


def processor() -> str:
    """Its model, where the system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a coarse grid, in a minute")
    quick = parser.parse_args().quick
    engines: list[Engine] = [NativeEngine(1), TorchEngine(1)]
    print(f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}")
    print("\n".join(engine.why() for engine in engines), f"({torch.backends.cpu.get_cpu_capability()})\n")
    rows = print_rows(measure(quick, engines))
    print_leads(rows)
    print_rules(rows)
    print_together(quick)


if __name__ == "__main__":
    main()
