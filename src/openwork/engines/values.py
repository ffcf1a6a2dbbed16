"""What goes into an engine and what comes out: frozen values, arrays with named axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.models import ModelSpec, Stack, n_params

Floats = NDArray[np.floating]
NO_ANSWER = -1
"""in place of a symbol where a logit is not finite"""


@dataclass(frozen=True, eq=False)
class Trace:
    """A pass over some inputs.

    Attributes:
        start: number of the first input of this block.
        logits: `[model, input, graded, d_vocab_out]`.
        captures: by site name, each `[model, input, *site axes]`.
    """

    start: int
    logits: Floats
    captures: Mapping[str, Floats]

    @property
    def answers(self) -> NDArray[np.int64]:
        """`[model, input, graded]`, the symbol with the largest logit, the first of equal ones; `NO_ANSWER` where one
        of the logits is not finite: what is largest then says nothing."""
        largest = self.logits.argmax(axis=-1)
        return largest if np.isfinite(self.logits).all() else np.where(self._known, largest, NO_ANSWER)

    @property
    def not_numbers(self) -> NDArray[np.int64]:
        """`[model]`, inputs with a logit that is not finite."""
        found: NDArray[np.int64] = (~self._known).any(axis=2).sum(axis=1)
        return found

    @property
    def _known(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.logits).all(axis=-1))


def joined(blocks: Iterable[Trace]) -> Trace:
    """One trace from the blocks of a run; all of it in memory."""
    found = list(blocks)
    if len(found) == 1:
        return found[0]
    start, logits = found[0].start, np.concatenate([t.logits for t in found], axis=1)
    pieces = [dict(t.captures) for t in found]
    del found  # so that a site's pieces go when they are joined
    names = list(pieces[0])
    return Trace(start, logits, {name: np.concatenate([p.pop(name) for p in pieces], axis=1) for name in names})


@dataclass(frozen=True, eq=False)
class Generated:
    """What models write by themselves after prompts.

    Attributes:
        symbols: `[model, input, pos]`, what each writes after every position; `NO_ANSWER` where a logit is not finite.
        written: `[model, input, pos]`, whether it writes there: from the last token of the prompt on, until it has
            ended.
        forward_rows: inputs that were run, all passes together.
    """

    symbols: NDArray[np.int64]
    written: NDArray[np.bool_]
    forward_rows: int


@dataclass(frozen=True, eq=False)
class Scores:
    """How right a stack is on a dataset.

    Attributes:
        inputs: how many inputs were scored.
        loss: `[model]`, mean cross-entropy over inputs and graded positions, in nats.
        right: `[model, graded]`, inputs answered right at each graded position.
        sequences: `[model]`, inputs right at every graded position.
        margin: `[model]`, the smallest difference anywhere between the right logit and the largest wrong one; minus
            infinity where a logit is not finite.
        not_numbers: `[model]`, inputs with a logit that is NaN or infinite at a graded position: no such answer is
            right.
        asked: `[graded]`, inputs that want an answer at each graded position; None where all do.

    Where answers are sets, the loss is the binary cross-entropy, averaged over symbols too, and the margin the smallest
    distance from 0 of any logit, on the right side.
    """

    inputs: int
    loss: NDArray[np.float64]
    right: NDArray[np.int64]
    sequences: NDArray[np.int64]
    margin: NDArray[np.float64]
    not_numbers: NDArray[np.int64]
    asked: NDArray[np.int64] | None = None

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """`[model]`, share of the answers wanted that are right."""
        if self.asked is not None:
            return np.asarray(self.right.sum(axis=1) / self.asked.sum())
        found: NDArray[np.float64] = self.right.mean(axis=1) / self.inputs
        return found

    @property
    def wanted(self) -> NDArray[np.int64]:
        """The graded positions, by number, at which some input wants an answer."""
        return np.arange(self.right.shape[1]) if self.asked is None else np.flatnonzero(self.asked)

    @property
    def per_position(self) -> NDArray[np.float64]:
        """`[model, wanted]`, share of inputs right at each graded position, of those that want an answer there."""
        asked = self.inputs if self.asked is None else self.asked[self.wanted]
        return np.asarray(self.right[:, self.wanted] / asked)

    @property
    def solved(self) -> NDArray[np.bool_]:
        """`[model]`, right on every input at every graded position."""
        found: NDArray[np.bool_] = self.sequences == self.inputs
        return found


@dataclass(frozen=True, eq=False)
class OptimiserState:
    """AdamW's memory, as PyTorch defines it: `exp_avg` and `exp_avg_sq` are `[model, param]`, `step` is `[model]`."""

    exp_avg: Floats
    exp_avg_sq: Floats
    step: NDArray[np.int64]

    @classmethod
    def fresh(cls, spec: ModelSpec, models: int) -> OptimiserState:
        """Before the first step."""
        zeros = np.zeros((models, n_params(spec)), spec.dtype)
        return cls(zeros, zeros.copy(), np.zeros(models, np.int64))

    def take(self, models: Iterable[int]) -> OptimiserState:
        """These models, in this order."""
        rows = list(models)
        return OptimiserState(self.exp_avg[rows], self.exp_avg_sq[rows], self.step[rows])


@dataclass(frozen=True)
class AdamW:
    """The optimiser's constants, in PyTorch's terms; the clip is of the gradient's global L2 norm."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.01
    max_grad_norm: float | None = 1.0


@dataclass(frozen=True, eq=False)
class Batches:
    """The batches of many steps.

    Attributes:
        dataset: all inputs that are trained on.
        order: `[model, n]`, rows of the dataset; cut into batches of `batch_size`, the last may be smaller.
        batch_size: inputs in a batch.
        rates: `[model, step]`, the learning rate of every step, `step` = ceil(n / batch_size).
        attn_entropy: `[model]`, the weight of attention's entropy in the loss (`Recipe.attn_entropy`); None for none.
    """

    dataset: Dataset
    order: NDArray[np.int64]
    batch_size: int
    rates: NDArray[np.float64]
    attn_entropy: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Trained:
    """After many steps: `losses` is `[model, step]`. Where a loss or gradient is not finite, that model's loss of the
    step is NaN, so are all later ones, and its weights and optimiser state stay as before that step."""

    stack: Stack
    state: OptimiserState
    losses: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gradients:
    """Of the mean loss of a dataset: `loss` is `[model]`, `weights` by name, each `[model, ...]`."""

    loss: NDArray[np.float64]
    weights: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class SiteGradients:
    """How a metric of each input hangs on what is at sites; of some inputs.

    Attributes:
        start: number of the first input of this block.
        metric: `[model, input]`.
        captures: values by site name, each `[model, input, *site axes]`.
        gradients: of the metric by the value, by site name, each `[model, input, *site axes]`.
    """

    start: int
    metric: Floats
    captures: Mapping[str, Floats]
    gradients: Mapping[str, Floats]
