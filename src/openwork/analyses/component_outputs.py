"""What a component writes: its output on a few questions, and its mean and spread over every input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.component import Component, component_named
from openwork.analyses.result import Record, Result
from openwork.analyses.subject import Subject
from openwork.engines import Trace, joined
from openwork.errors import PlanError, Reason
from openwork.interventions import Plan
from openwork.models import site_named

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ComponentOutputs(Result):
    """One component's output vectors.

    Attributes:
        component: its name.
        questions: numbers of the chosen questions in the task's domain.
        texts: the chosen questions as a person reads them.
        positions: `[pos]`, what stands at each position.
        values: `[input, pos, unit]`, its output on the chosen questions.
        mean: `[pos, unit]`, over all inputs.
        sd: `[pos, unit]`, standard deviation over all inputs: 0 where the output never varies.
    """

    component: str
    questions: tuple[int, ...]
    texts: tuple[str, ...]
    positions: tuple[str, ...]
    values: Floats
    mean: Floats
    sd: Floats
    inputs: int
    forward_rows: int

    @property
    def title(self) -> str:
        return f"What {self.component} writes"

    @property
    def summary(self) -> str:
        moving = int(self.sd.max(axis=1).argmax())
        size, spread = np.linalg.norm(self.mean, axis=1).mean(), np.linalg.norm(self.sd, axis=1).mean()
        return (
            f"Over {self.inputs:,} inputs, {self.component} writes vectors of mean length {size:.3g} and spread "
            f"{spread:.3g}; it varies most at {self.positions[moving]}."
        )

    def records(self) -> list[Record]:
        return [
            {
                "question": text,
                "component": self.component,
                "position": self.positions[p],
                "position_number": p,
                "unit": u,
                "value": float(self.values[i, p, u]),
                "mean": float(self.mean[p, u]),
                "sd": float(self.sd[p, u]),
            }
            for i, text in enumerate(self.texts)
            for p, u in np.ndindex(self.mean.shape)
        ]


def component_outputs(subject: Subject, component: str, questions: Sequence[int | str]) -> ComponentOutputs:
    """What `blocks.0.mlp`, `blocks.0.attn.head.1` or any site with one vector per position holds.

    Costs one forward row per input and one per chosen question.

    Raises:
        PlanError: an unknown component or question, or a site without one vector per position.
    """
    named = component_named(subject.spec, component)
    axes = site_named(subject.spec, named.writes).axes
    if named.head is None and (len(axes) != 2 or axes[0] != "pos"):
        reason = Reason(component, f"has axes {axes}", "give a site with one vector at each position")
        raise PlanError("this component has no output vectors", reason)
    chosen = subject.at(questions)
    run = subject.engine.run(subject.stack, chosen.tokens, Plan(captures=(named.writes,)), graded=chosen.graded)
    values = _written(named, joined(run))
    mean, sd = _moments(subject, named)
    n = len(subject.inputs)
    numbers, texts = tuple(map(int, chosen.index)), subject.texts(chosen)
    return ComponentOutputs(
        component=named.name,
        questions=numbers,
        texts=texts,
        positions=subject.position_names,
        values=values,
        mean=mean,
        sd=sd,
        inputs=n,
        forward_rows=n + len(chosen),
    )


def _moments(subject: Subject, component: Component) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the inputs, each `[pos, unit]`, from one pass.

    Sums are taken around the first input's value, so that a large mean costs the variance no digits.
    """
    n = len(subject.inputs)
    blocks = (_written(component, trace) for trace in subject.blocks(component.writes))
    head = next(blocks)
    first = head[0].copy()
    total, squares = np.zeros_like(first), np.zeros_like(first)
    for values in chain([head], blocks):
        total += (values - first).sum(axis=0)
        squares += ((values - first) ** 2).sum(axis=0)
    variance = np.maximum(squares / n - (total / n) ** 2, 0)
    return first + total / n, np.sqrt(variance)


def _written(component: Component, trace: Trace) -> Floats:
    values: Floats = trace.captures[component.writes][0].astype(np.float64)
    return values if component.head is None else values[:, :, component.head]
