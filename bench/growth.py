"""How the native engine's cost grows: times over inputs, seeds, layers, d_model and n_ctx, and the power they follow.

One thread, in processor time, which another program's turn on the core does not lengthen. Each round times every size
and fits a line to log(time) over log(size); its slope is the exponent, and reported is the median of the rounds'.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from openwork.data import Dataset, enumerate_domain
from openwork.engines import AdamW, Batches, Engine, OptimiserState
from openwork.models import ModelSpec, initial_stack, model_spec
from openwork.tasks import make_task
from rounds import Spread

Call = Callable[[], object]
BATCH, RATE, VOCABULARY = 256, 6e-3, 5
TOLERANCE = 0.05


@dataclass(frozen=True)
class Axis:
    """Something that grows.

    Attributes:
        name: what the table calls it.
        sizes: by figure, what is timed.
        expected: between which exponents, `TOLERANCE` aside, it is no surprise.
        why: the expectation in words.
    """

    name: str
    sizes: dict[str, tuple[int, ...]]
    expected: tuple[float, float]
    why: str


def same(*sizes: int) -> dict[str, tuple[int, ...]]:
    """Both figures at these sizes."""
    return {"train": sizes, "score": sizes}


TRAINED, SCORED = (2048, 4096, 8192, 16384), (8192, 16384, 32768, 65536)
AXES = (
    Axis("inputs", {"train": TRAINED, "score": SCORED}, (1, 1), "linear"),
    Axis("seeds", same(1, 2, 4, 8), (1, 1), "linear"),
    Axis("layers", same(2, 4, 8, 16), (0.8, 1.2), "linear, beside what does not depend on them"),
    Axis("d_model", same(8, 16, 32, 64), (1, 2), "from what is linear in it to its matrices"),
    Axis("n_ctx", same(8, 16, 32, 64), (1, 2), "from linear layers to attention"),
)


def spec_of(axis: str, size: int) -> ModelSpec:
    """The notebook's model with one size changed; the width takes d_head and d_mlp with it."""
    d = size if axis == "d_model" else 4
    return model_spec(
        n_layers=size if axis == "layers" else 2,
        d_model=d,
        n_heads=1,
        d_head=d // 2,
        d_mlp=4 * d,
        d_vocab=VOCABULARY,
        n_ctx=size if axis == "n_ctx" else 16,
    )


def dataset_for(axis: str, size: int, figure: str) -> Dataset:
    """The first inputs of the notebook's domain; for other lengths drawn tokens, of which the second half is graded."""
    if axis == "n_ctx":
        random, n = np.random.default_rng(0), 2048
        tokens = random.integers(0, VOCABULARY, (n, size)).astype(np.int32)
        return Dataset(tokens, tokens[:, size // 2 :].copy(), tuple(range(size // 2, size)), np.arange(n))
    domain = enumerate_domain(make_task("reverse-increment"))
    few = {"train": 2048, "score": 16384}[figure] if axis in ("inputs", "seeds") else 2048
    return domain.take(np.arange(size if axis == "inputs" else few))


def prepared(engine: Engine, axis: str, size: int, figure: str) -> Call:
    """One call to time: an epoch, or a pass."""
    spec, data = spec_of(axis, size), dataset_for(axis, size, figure)
    models = size if axis == "seeds" else 1
    stack = initial_stack(spec, range(models))
    if figure == "score":
        return lambda: engine.score(stack, data)
    order = np.tile(np.random.default_rng(0).permutation(len(data)), (models, 1))
    batches = Batches(data, order, BATCH, np.full((models, -(-len(data) // BATCH)), RATE))
    return lambda: engine.train(stack, OptimiserState.fresh(spec, models), batches, AdamW())


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The slope of log(seconds) over log(sizes), by least squares."""
    x, y = np.log(sizes), np.log(seconds)
    return float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())


@dataclass(frozen=True)
class Growth:
    """What one figure costs along one axis; `seconds` are medians, one for each size."""

    figure: str
    axis: Axis
    seconds: tuple[float, ...]
    exponent: Spread

    @property
    def remark(self) -> str:
        """A sentence where the exponent is not what was expected; else nothing."""
        low, high = self.axis.expected
        if low - TOLERANCE <= self.exponent.median <= high + TOLERANCE:
            return ""
        way = "less" if self.exponent.median < low else "more"
        wanted = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        return (
            f"{VERBS[self.figure]} grows {way} than expected with {self.axis.name}: "
            f"exponent {self.exponent.median:.2f}, expected {wanted} ({self.axis.why})."
        )

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "figure": self.figure,
            "axis": self.axis.name,
            "sizes": list(self.axis.sizes[self.figure]),
            "seconds": list(self.seconds),
            "exponent": self.exponent.as_json(),
            "expected": list(self.axis.expected),
            "remark": self.remark,
        }


VERBS = {"train": "Training", "score": "Scoring"}


def grown(figure: str, axis: Axis, calls: Sequence[Call], rounds: int, clock: Callable[[Call], float]) -> Growth:
    """Times the calls, one for each size, in rounds, and fits them."""
    sizes = axis.sizes[figure]
    times = [[clock(call) for call in calls] for _ in range(rounds)]
    middle = tuple(float(np.median(column)) for column in zip(*times, strict=True))
    return Growth(figure, axis, middle, Spread.of(exponent(sizes, row) for row in times))


def seconds_of(call: Call) -> float:
    """Processor time of a call, the shortest of three: a disturbance only ever adds."""
    times = []
    for _ in range(3):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return min(times)


def all_growth(engine: Engine, rounds: int, told: Callable[[str], None]) -> list[Growth]:
    """Every axis, training and scoring."""
    found = []
    for axis in AXES:
        for figure, sizes in axis.sizes.items():
            told(f"growth of {figure} with {axis.name}")
            calls = [prepared(engine, axis.name, size, figure) for size in sizes]
            found.append(grown(figure, axis, calls, rounds, seconds_of))
    return found
