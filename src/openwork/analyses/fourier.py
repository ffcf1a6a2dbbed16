"""Which waves modulo p a model computes with, and what is left of it with these alone and without them.

The energy of the embedding by frequency, and that of each neuron over all pairs (a, b) at the graded position. A *key
frequency* explains more than half the variance of neurons that hold together at least a fiftieth of the layer's.

That neurons look like waves is a lead. The test: for every pair, the layer's neurons at the graded position are set
to their part in the key frequencies and their mean (*kept*), or to what is left when that part is taken away, the mean
included (*removed*); the rest of the model runs on. Kept and removed together, less one mean, are the neurons as they
were. What attention and the stream hold beside the neurons is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result, percent
from openwork.analyses.steps import Step, Watch, silent, stretch
from openwork.analyses.subject import Subject
from openwork.analyses.unembedding import log_softmax
from openwork.analyses.waves import (
    constant_of,
    frequencies,
    key_frequencies,
    modulus_of,
    neurons_site,
    part_in,
    shares_of,
    tables,
    unknown_frequencies,
    waves_of,
)
from openwork.errors import PlanError, Reason
from openwork.interventions import Plan, Set

Floats = NDArray[np.float64]
STEPS = 64
"""inputs between two that a watcher is told of"""


@dataclass(frozen=True)
class Answers:
    """How right the model is over all pairs."""

    accuracy: float
    """share of pairs; a tie is wrong"""
    loss: float
    """nats"""


@dataclass(frozen=True, eq=False)
class Fourier(Result):
    """The frequencies of one model.

    Attributes:
        p: the modulus.
        site: the neurons looked at, at the graded position.
        embedding: share of the embedding's variance over numbers, `[frequency]`.
        neurons: share of each neuron's variance over pairs, `[frequency, neuron]`; 0 for one that never changes.
        weight: share of the layer's variance, `[neuron]`.
        keys: the frequencies tested.
        named: whether the rule named them, or they were asked for.
        clean: the whole model.
        kept: with the neurons' part in the keys and their mean alone.
        removed: without that part.
    """

    p: int
    site: str
    embedding: Floats
    neurons: Floats
    weight: Floats
    keys: tuple[int, ...]
    named: bool
    clean: Answers
    kept: Answers
    removed: Answers
    forward_rows: int

    @property
    def layer(self) -> Floats:
        """Share of the layer's variance in each frequency, `[frequency]`; the rest mixes frequencies."""
        shares: Floats = self.neurons @ self.weight
        return shares

    @property
    def best(self) -> Floats:
        """Share of each neuron's variance that its best frequency explains, `[neuron]`."""
        shares: Floats = self.neurons.max(axis=0)
        return shares

    @property
    def title(self) -> str:
        return f"Waves modulo {self.p} in {self.site}"

    @property
    def summary(self) -> str:
        if not self.keys:
            return "No frequency explains more than half of any neurons that matter: there is no key frequency."
        keys = ", ".join(map(str, self.keys))
        return (
            f"{'Key frequencies' if self.named else 'Asked for'}: {keys}, with {percent(self._in_keys)} of the layer's "
            f"variance. With these alone {percent(self.kept.accuracy)} of pairs are right, without them "
            f"{percent(self.removed.accuracy)}, in the whole model {percent(self.clean.accuracy)}."
        )

    @property
    def _in_keys(self) -> float:
        return float(sum(self.layer[k - 1] for k in self.keys))

    def records(self) -> list[Record]:
        best = self.neurons.argmax(axis=0)
        return [
            {
                "frequency": k,
                "key": k in self.keys,
                "embedding": float(self.embedding[k - 1]),
                "neurons": float(self.layer[k - 1]),
                "best_of": int(((best == k - 1) & (self.best > 0)).sum()),
            }
            for k in frequencies(self.p)
        ]


def fourier(subject: Subject, layer: int = 0, keys: Sequence[int] | None = None, watch: Watch = silent) -> Fourier:
    """The frequencies of a layer, and the test of the key ones; costs three forward rows for each pair.

    Args:
        subject: a model of a task with two numbers below p, on every pair.
        layer: whose neurons.
        keys: frequencies to test in place of those that the rule names, as a control.
        watch: told how far the test is.

    Raises:
        PlanError: a task without such pairs, a sample of them, no such layer, or frequencies that do not exist.
    """
    p, site = modulus_of(subject), neurons_site(subject, layer)
    reasons = unknown_frequencies(p, keys or ())
    if keys is not None and not keys:
        reasons.append(Reason("keys", "none is given", f"give 1 to {p // 2}"))
    if reasons:
        raise PlanError("no such frequencies", reasons)
    table, logits = tables(subject, site)
    chosen = key_frequencies(table) if keys is None else tuple(sorted(set(keys)))
    by_frequency, total = shares_of(table)
    in_keys = part_in(table, waves_of(p, chosen))
    kept = _with(subject, site, in_keys + constant_of(table), stretch(watch, 0, 2, p * p))
    removed = _with(subject, site, table - in_keys, stretch(watch, 1, 2, 2 * p * p))
    return Fourier(
        p=p,
        site=site,
        embedding=_embedding_shares(subject, p),
        neurons=np.divide(by_frequency, total, out=np.zeros_like(by_frequency), where=total > 0),
        weight=total / (total.sum() or 1.0),
        keys=chosen,
        named=keys is None,
        clean=_answers(subject, logits.reshape(p * p, -1)),
        kept=kept,
        removed=removed,
        forward_rows=3 * p * p,
    )


def _embedding_shares(subject: Subject, p: int) -> Floats:
    """Share of the variance of the numbers' embeddings in each frequency, `[frequency]`."""
    rows = subject.stack.named()["embed.W_E"][0][:p].astype(np.float64)
    power = (np.abs(np.fft.fft(rows, axis=0)) ** 2).sum(axis=1)
    shares = np.array([power[[k]].sum() if 2 * k == p else power[[k, -k]].sum() for k in frequencies(p)])
    return shares / (shares.sum() or 1.0)


def _with(subject: Subject, site: str, table: Floats, watch: Watch) -> Answers:
    """The model with the site at the graded position set to this table, pair by pair."""
    tokens, graded = subject.inputs.tokens, subject.inputs.graded
    logits = []
    for i, values in enumerate(table.reshape(len(tokens), -1)):
        if i % STEPS == 0:
            watch(Step(f"pair {i}", i / len(tokens), i))
        plan = Plan((Set(site, positions=graded, value=tuple(values.tolist())),))
        logits += [t.logits[0, :, 0] for t in subject.engine.run(subject.stack, tokens[i : i + 1], plan, graded=graded)]
    return _answers(subject, np.concatenate(logits).astype(np.float64))


def _answers(subject: Subject, logits: Floats) -> Answers:
    logs = log_softmax(logits)
    own = np.take_along_axis(logs, subject.inputs.symbols, axis=-1)
    return Answers(float(((logs >= own).sum(axis=-1) == 1).mean()), float(-own.mean()))
