"""Where a layer attends: the mean over every input, by role, and the patterns of a few chosen questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject
from openwork.engines import joined
from openwork.interventions import Plan
from openwork.models import site_named

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attention(Result):
    """One layer's attention from the graded positions, over all inputs. It says where a head looks, not what it does.

    Attributes:
        layer: which block.
        queries: `[graded]`, for example `predicts y[0]`.
        keys: `[key]`, what stands at each position, for example `BOS` or `x[7]`.
        deciding_positions: `[graded]`, position of the token that decides the output; None where no single one does.
        mean: `[head, graded, key]`, weight averaged over inputs.
        largest: `[head, graded, key]`, share of inputs whose largest weight lies on this key.
        inputs: how many inputs were averaged.
    """

    layer: int
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    deciding_positions: tuple[int | None, ...]
    mean: Floats
    largest: Floats
    inputs: int
    forward_rows: int

    @property
    def on_deciding(self) -> Floats:
        """`[head, graded]`, mean weight on the token that decides the output; NaN where no single one does."""
        return _at_deciding(self.mean, self.deciding_positions)

    @property
    def largest_on_deciding(self) -> Floats:
        """`[head, graded]`, share of inputs whose largest weight lies there; NaN where no single token decides."""
        return _at_deciding(self.largest, self.deciding_positions)

    @property
    def title(self) -> str:
        return f"Attention of layer {self.layer}, mean over {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        known = [g for g, place in enumerate(self.deciding_positions) if place is not None]
        if not known:
            return "No output is decided by a single token."
        weights = self.on_deciding[:, known]
        most, mean = int((weights.max(axis=0) > 0.5).sum()), percent(float(weights.mean()))
        return (
            f"A head of layer {self.layer} puts more than half of its weight on the token that decides the output at "
            f"{most} of {len(known)} outputs; the mean weight there is {mean}."
        )

    def records(self) -> list[Record]:
        return [
            {
                "layer": self.layer,
                "head": h,
                "query": self.queries[g],
                "key": self.keys[k],
                "key_position": k,
                "decides": k == self.deciding_positions[g],
                "mean": float(self.mean[h, g, k]),
                "largest": float(self.largest[h, g, k]),
            }
            for h, g, k in np.ndindex(self.mean.shape)
        ]


@dataclass(frozen=True, eq=False)
class AttentionExamples(Result):
    """The patterns of a few questions, from the graded positions to the question's own tokens.

    Attributes:
        questions: numbers of the questions in the task's domain.
        texts: the questions as a person reads them.
        keys: `[key]`, the variables of a question, for example `x[0]`.
        weights: `[input, head, graded, key]`.
    """

    layer: int
    questions: tuple[int, ...]
    texts: tuple[str, ...]
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    weights: Floats
    forward_rows: int

    @property
    def title(self) -> str:
        return f"Attention of layer {self.layer} on {len(self.questions)} questions"

    @property
    def summary(self) -> str:
        inside = percent(float(self.weights.sum(axis=-1).mean()))
        return f"{inside} of the weight from graded positions lies on the question's own tokens in these examples."

    def records(self) -> list[Record]:
        return [
            {
                "question": self.texts[i],
                "layer": self.layer,
                "head": h,
                "query": self.queries[g],
                "key": self.keys[k],
                "weight": float(self.weights[i, h, g, k]),
            }
            for i, h, g, k in np.ndindex(self.weights.shape)
        ]


def attention(subject: Subject, layer: int) -> Attention:
    """One layer's mean pattern over all of the subject's inputs, block by block; costs one forward row per input.

    Raises:
        PlanError: the model has no such layer.
    """
    site, graded = _pattern(subject, layer), list(subject.inputs.graded)
    total: Floats = np.zeros((subject.spec.n_heads, len(graded), subject.task.n_pos))
    largest = total.copy()
    keys = np.arange(subject.task.n_pos)
    for trace in subject.blocks(site):
        weights = trace.captures[site][0][:, :, graded]
        total += weights.sum(axis=0, dtype=np.float64)
        largest += (weights.argmax(axis=-1)[..., None] == keys).sum(axis=0)
    n = len(subject.inputs)
    names = (subject.query_names, subject.position_names, subject.deciding_positions)
    return Attention(layer, *names, total / n, largest / n, n, n)


def attention_examples(subject: Subject, layer: int, questions: Sequence[int | str]) -> AttentionExamples:
    """One layer's patterns on the questions with these numbers in the task's domain, or texts; one forward row each.

    Raises:
        PlanError: the model has no such layer, or the domain no such question.
    """
    site, inputs = _pattern(subject, layer), subject.at(questions)
    run = subject.engine.run(subject.stack, inputs.tokens, Plan(captures=(site,)), graded=inputs.graded)
    weights = joined(run).captures[site][0].astype(np.float64)
    variables = subject.task.variables
    weights = weights[:, :, list(inputs.graded)][..., [v.position for v in variables]]
    names = (subject.texts(inputs), subject.query_names, tuple(v.name for v in variables))
    return AttentionExamples(layer, tuple(map(int, inputs.index)), *names, weights, len(inputs))


def _pattern(subject: Subject, layer: int) -> str:
    return site_named(subject.spec, f"blocks.{layer}.attn.hook_pattern").name


def _at_deciding(values: Floats, deciding_positions: tuple[int | None, ...]) -> Floats:
    weights = np.full(values.shape[:2], np.nan)
    for g, place in enumerate(deciding_positions):
        if place is not None:
            weights[:, g] = values[:, g, place]
    return weights
