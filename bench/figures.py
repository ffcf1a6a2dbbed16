"""The rows of the table: what is measured, in which unit, and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rounds import Spread, Values, ratio

OPENWORK, MACHINE = "openwork", "this machine"


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes:
        key: what workers call it.
        name: the row's name.
        unit: of its values.
        better: whether more or less is.
        base: the key of openwork's own figure that openwork's row is compared with, if any.
        base_name: that figure in few words.
    """

    key: str
    name: str
    unit: str
    better: Literal["more", "less"]
    base: str = ""
    base_name: str = ""


FIGURES = (
    Figure("train", "training, one thread", "steps/s", "more"),
    Figure("train-all", "training, one model on all cores", "steps/s", "more", "train", "one thread"),
    Figure("seeds", "training, 8 seeds on all cores, per core", "model-steps/s", "more", "train", "one seed"),
    Figure("peak", "float32 multiply-adds of one core", "GFLOP/s", "more"),
    Figure("share", "training's share of that", "%", "more"),
    Figure("pass", "pass over all 65,536 inputs", "ms", "less"),
    Figure("zero", "pass with one component zeroed", "ms", "less", "pass", "plain pass"),
    Figure("mean", "pass with one component mean-ablated", "ms", "less", "pass", "plain pass"),
    Figure("capture", "pass that keeps one site", "ms", "less", "pass", "plain pass"),
    Figure("patch", "pass with one component patched", "ms", "less", "pass", "plain pass"),
    Figure("sweep", "patch sweep, for one patched input", "us", "less"),
    Figure("notebook", "64 seeds of the notebook's 40 epochs", "s", "less"),
    Figure("notebook-tried", "64 seeds, extrapolated from 8 x 5 epochs", "s", "less"),
    Figure("import", "import in Python", "s", "less"),
    Figure("help", "openwork --help", "s", "less"),
    Figure("size", "installed environment", "MB", "less"),
)
NAMES = tuple(figure.name for figure in FIGURES)


@dataclass(frozen=True)
class Row:
    """One side of one figure. `times` is how many times as fast (or as small) openwork is; in openwork's own rows how
    many times the base's value this one is, and `base` says which; None where there is nothing to compare."""

    figure: Figure
    side: str
    value: Spread
    times: Spread | None
    base: str

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "figure": self.figure.key,
            "name": self.figure.name,
            "side": self.side,
            "unit": self.figure.unit,
            "value": self.value.as_json(),
            "times": None if self.times is None else self.times.as_json(),
            "base": self.base,
        }


def rows_of(values: Values) -> list[Row]:
    """The table's rows, openwork first in each figure; figures without a value are left out."""
    rows = []
    for figure in FIGURES:
        sides = [side for key, side in values if key == figure.key]
        for side in sorted(sides, key=lambda side: side != OPENWORK):
            rows.append(_row(figure, side, values))
    return rows


def _row(figure: Figure, side: str, values: Values) -> Row:
    mine, value = values.get((figure.key, OPENWORK)), values[figure.key, side]
    spread = Spread.of(value)
    if side == OPENWORK:
        base = values.get((figure.base, OPENWORK))
        return Row(figure, side, spread, ratio(value, base) if base else None, figure.base_name if base else "")
    if mine is None:
        return Row(figure, side, spread, None, "")
    times = ratio(mine, value) if figure.better == "more" else ratio(value, mine)
    return Row(figure, side, spread, times, OPENWORK)


def with_share(values: Values, flops_of_a_step: int) -> Values:
    """The values with training's share of the peak, round by round, where both were measured."""
    trained: Sequence[float] = values.get(("train", OPENWORK), [])
    peaks: Sequence[float] = values.get(("peak", MACHINE), [])
    shares = [100 * t * flops_of_a_step / 1e9 / p for t, p in zip(trained, peaks, strict=False)]
    return values | ({("share", OPENWORK): shares} if shares else {})
