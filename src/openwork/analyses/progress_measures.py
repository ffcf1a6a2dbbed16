"""How the rule grows under what is learned by heart: progress measures over a run's checkpoints.

After Nanda et al., "Progress measures for grokking via mechanistic interpretability" (2023), at every checkpoint, for
the key frequencies of the last one:

- *restricted loss*: on all pairs, of the logits' part in the waves of the sum a + b of the key frequencies, and their
  mean over pairs. It falls when the rule is there, whatever else the model knows.
- *excluded loss*: on what is trained on, of the logits without that part, the mean left in. It rises when what was
  known by heart is given up for the rule.

Both are of logits that are projected after the pass: nothing is changed inside. Beside them stand the loss in training
and held out, and the sum of squared weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result
from openwork.analyses.steps import Step, Watch, silent
from openwork.analyses.subject import Subject
from openwork.analyses.unembedding import log_softmax
from openwork.analyses.waves import (
    constant_of,
    key_frequencies,
    modulus_of,
    neurons_site,
    part_in,
    tables,
    unknown_frequencies,
    waves_of_the_sum,
)
from openwork.data import parts_of
from openwork.errors import PlanError, Reason
from openwork.models import Stack
from openwork.runs import Run

Floats = NDArray[np.float64]
TRAIN_IT = "train one: openwork train modular-addition --experiment grokking --param p=59"


@dataclass(frozen=True)
class Moment:
    """One checkpoint; losses in nats."""

    epoch: int
    train_loss: float
    held_out_loss: float
    """NaN where nothing is held out"""
    restricted_loss: float
    excluded_loss: float
    squared_weights: float


@dataclass(frozen=True)
class ProgressMeasures(Result):
    """A training, seen through the frequencies that it ends with.

    Attributes:
        moments: one for each checkpoint, ascending.
        keys: the frequencies.
        recorded: how many checkpoints the run has.
    """

    moments: tuple[Moment, ...]
    keys: tuple[int, ...]
    recorded: int
    forward_rows: int

    @property
    def title(self) -> str:
        return f"Progress measures at {len(self.moments)} of {self.recorded} checkpoints"

    @property
    def summary(self) -> str:
        first, last = self.moments[0], self.moments[-1]
        worst = max(self.moments, key=lambda m: m.excluded_loss)
        return (
            f"With frequencies {', '.join(map(str, self.keys))}: from epoch {first.epoch} to {last.epoch} restricted "
            f"loss went from {first.restricted_loss:.3g} to {last.restricted_loss:.3g}; excluded loss was at most "
            f"{worst.excluded_loss:.3g}, after epoch {worst.epoch}."
        )

    def records(self) -> list[Record]:
        return [vars(moment) | {} for moment in self.moments]


def progress_measures(
    subject: Subject,
    run: Run,
    weights_at: Callable[[int], Stack] | None,
    keys: Sequence[int] | None = None,
    points: int = 256,
    watch: Watch = silent,
) -> ProgressMeasures:
    """The measures at a run's checkpoints; costs one forward row for each pair and checkpoint, and one for each pair.

    Args:
        subject: the model as it is after the last checkpoint, of modular addition, on every pair.
        run: its training.
        weights_at: the weights after an epoch.
        keys: the frequencies, in place of the key frequencies of the last checkpoint.
        points: checkpoints at most, evenly among those there are.
        watch: told how far it is.

    Raises:
        PlanError: a task that does not add modulo p, a sample of its pairs, a run without checkpoints, or no key
            frequency; with the way out.
    """
    p = _required(subject, run, weights_at, keys, points)
    assert weights_at is not None
    site = neurons_site(subject, 0)
    chosen = key_frequencies(tables(subject, site)[0]) if keys is None else tuple(sorted(set(keys)))
    if not chosen:
        what = "the last checkpoint has no key frequency"
        mend = f"train on, or give some: --with keys=1, 1 to {p // 2}"
        raise PlanError("there is no progress to measure", Reason(f"run {run.name}", what, mend))
    trained_on = parts_of(run.experiment.task, run.experiment.split)[0].tokens[:, :2]
    pairs = trained_on[:, 0] * p + trained_on[:, 1]
    records = sorted(run.history, key=lambda record: record.epoch)
    places = sorted({round(i) for i in np.linspace(0, len(records) - 1, min(points, len(records))).tolist()})
    moments = []
    for number, place in enumerate(places):
        record = records[place]
        watch(Step(f"epoch {record.epoch}", number / len(places), number * p * p))
        stack = weights_at(record.epoch)
        restricted, excluded = _losses(
            Subject(subject.engine, stack, subject.task, subject.inputs), site, chosen, pairs
        )
        held_out = float("nan") if record.held_out is None else record.held_out.loss
        squares = float((stack.flat.astype(np.float64) ** 2).sum())
        moments.append(Moment(record.epoch, record.train.loss, held_out, restricted, excluded, squares))
    return ProgressMeasures(tuple(moments), chosen, len(records), (len(places) + 1) * p * p)


def _losses(subject: Subject, site: str, keys: Sequence[int], pairs: NDArray[np.integer]) -> tuple[float, float]:
    """Restricted loss, on all pairs; excluded loss, on those trained on."""
    _, logits = tables(subject, site)
    in_keys = part_in(logits, waves_of_the_sum(len(logits), keys))
    restricted, excluded = (
        -np.take_along_axis(log_softmax(each.reshape(-1, each.shape[-1])), subject.inputs.symbols, axis=-1)
        for each in (in_keys + constant_of(logits), logits - in_keys)
    )
    return float(restricted.mean()), float(excluded[pairs].mean())


def _required(
    subject: Subject, run: Run, weights_at: Callable[[int], Stack] | None, keys: Sequence[int] | None, points: int
) -> int:
    """The modulus. Raises PlanError where there is nothing to measure; with every reason."""
    p, reasons = modulus_of(subject), []
    numbers = subject.inputs.tokens[:, [v.position for v in subject.task.variables]]
    if not np.array_equal(numbers.sum(axis=1) % p, subject.inputs.symbols[:, 0]):
        what = "does not add: its answers are not a + b modulo p, and the measures are of waves of a + b"
        reasons.append(Reason(str(subject.task), what, f"openwork analyse RUN fourier fits it; or {TRAIN_IT}"))
    if run.imported:
        what = "was imported: of its training there is nothing here but the end"
        reasons.append(Reason(f"run {run.name}", what, f"openwork analyse RUN fourier fits it; or {TRAIN_IT}"))
    elif weights_at is None:
        reasons.append(Reason(f"run {run.name}", "its checkpoints are not at hand", "open it: openwork.open_run"))
    reasons += unknown_frequencies(p, keys or ())
    if points < 2:
        reasons.append(Reason("points", f"{points} is below 2", "one checkpoint shows no progress"))
    if reasons:
        raise PlanError("there is no progress to measure", reasons)
    return p
