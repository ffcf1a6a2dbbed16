"""Which component carries which output: an interchange test.

For an output, the *source* of an input is the same question with only the variable that decides the output changed.
One component's output, at the one position that predicts this output, is taken from the source's run; all else runs on
the input itself. Where the prediction becomes the source's answer, that component carries the variable to the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.component import Component, components_named, layer_components
from openwork.analyses.result import Record, Result
from openwork.analyses.subject import Subject
from openwork.data import Dataset, change_variable
from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions import Patch, Plan

Alternatives = Literal["all", "one"]
ROUTE = 0.9
"""From this share of pairs on, a component is said to carry an output."""


@dataclass(frozen=True, eq=False)
class Interchange(Result):
    """How often an output follows its deciding variable through one component.

    Attributes:
        components: `[component]`, their names.
        outputs: `[output]`, those that one variable decides.
        variables: `[output]`, the variable that decides each.
        share: `[component, output]`, of pairs where the prediction is the source's answer; NaN without pairs.
        pairs: `[output]`, inputs with a source each; those whose answer does not change are left out.
        alternatives: `all`: every other value of the variable; `one`: a drawn one per input.
    """

    components: tuple[str, ...]
    outputs: tuple[str, ...]
    variables: tuple[str, ...]
    share: NDArray[np.float64]
    pairs: tuple[int, ...]
    alternatives: Alternatives
    forward_rows: int

    def routes(self, at_least: float = ROUTE) -> dict[str, tuple[str, ...]]:
        """For each output the components that carry it in at least this share of pairs; may be none."""
        return {
            output: tuple(c for c, share in zip(self.components, self.share[:, o], strict=True) if share >= at_least)
            for o, output in enumerate(self.outputs)
        }

    @property
    def title(self) -> str:
        return f"Routes: interchange on {sum(self.pairs):,} pairs"

    @property
    def summary(self) -> str:
        first: dict[str, list[str]] = {}
        for output, names in self.routes(ROUTE).items():
            first.setdefault(names[0] if names else "no single component", []).append(output)
        said = "; ".join(f"{', '.join(outputs)} by {component}" for component, outputs in first.items())
        return f"Carried at the output's own position (first component, {100 * ROUTE:.0f} % of pairs or more): {said}."

    def records(self) -> list[Record]:
        return [
            {
                "component": component,
                "output": output,
                "variable": self.variables[o],
                "share": float(self.share[c, o]),
                "pairs": self.pairs[o],
            }
            for c, component in enumerate(self.components)
            for o, output in enumerate(self.outputs)
        ]


def interchange(
    subject: Subject,
    components: str | Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    alternatives: Alternatives = "one",
    seed: int = 0,
) -> Interchange:
    """Every component against every output, over all of the subject's inputs.

    Costs at most one forward row per pair and component (the edited pass) and one per pair (its source). Pairs per
    output: one per input, or with `alternatives="all"` one per input and other value of the variable.

    Args:
        subject: the model and inputs.
        components: by default every attention layer and MLP; `blocks.0.attn.head.1` names a head.
        outputs: by default all that one variable decides.
        alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
        seed: of that draw.

    Raises:
        PlanError: an unknown component or output, or one that no single variable decides; with every reason.
    """
    spec = subject.spec
    parts = layer_components(spec) if components is None else components_named(spec, components)
    chosen = _outputs(subject, outputs, alternatives)
    right = np.zeros((len(parts), len(chosen)), np.int64)
    pairs = [0] * len(chosen)
    for o, (output, variable) in enumerate(chosen.items()):
        graded = subject.task.outputs.index(output)
        for source in _sources(subject, variable, alternatives, seed):
            rows = np.flatnonzero(source.answers[:, graded] != subject.inputs.answers[:, graded])
            if len(rows):
                pairs[o] += len(rows)
                right[:, o] += _followed(subject, parts, graded, rows, source)
    share = np.where(np.array(pairs) > 0, right / np.maximum(pairs, 1), np.nan)
    names = tuple(part.name for part in parts)
    cost = sum(pairs) * (len(parts) + 1)
    return Interchange(names, tuple(chosen), tuple(chosen.values()), share, tuple(pairs), alternatives, cost)


def _followed(
    subject: Subject, parts: Sequence[Component], graded: int, rows: NDArray[np.int64], source: Dataset
) -> list[int]:
    """For each component, on how many of these rows the prediction becomes the source's answer."""
    position = subject.inputs.graded[graded]
    # A causal model's prediction depends on nothing after its position, so the pass can stop there.
    seen = slice(0, position + 1 if subject.spec.attention_dir == "causal" else None)
    base, other = subject.inputs.tokens[rows][:, seen], source.tokens[rows][:, seen]
    wanted = Dataset(base, source.answers[rows][:, [graded]], (position,), subject.inputs.index[rows])
    plans = [Plan((Patch(part.site, (position,), part.heads),)) for part in parts]
    found = subject.engine.sweep(subject.stack, wanted, plans, sources={"source": other})
    return [int(scores.right[0, 0]) for scores in found]


def _sources(subject: Subject, variable: str, alternatives: Alternatives, seed: int) -> list[Dataset]:
    values = next(v.values for v in subject.task.variables if v.name == variable)
    shifts = range(1, values) if alternatives == "all" else (None,)
    return [change_variable(subject.task, subject.inputs, variable, shift, seed) for shift in shifts]


def _outputs(subject: Subject, outputs: Sequence[str] | None, alternatives: str) -> dict[str, str]:
    """The outputs to test, each with the variable that decides it."""
    known, reasons = subject.task.outputs, []
    carriers = {output: subject.task.carrier(output) for output in known}
    for output in outputs or ():
        if output not in carriers:
            reasons.append(Reason(output, "the task has no such output", suggestion(output, known)))
        elif carriers[output] is None:
            reasons.append(Reason(output, "no single variable decides it"))
    if alternatives not in get_args(Alternatives):
        advice = suggestion(alternatives, get_args(Alternatives))
        reasons.append(Reason("alternatives", f"{alternatives!r} is unknown", advice))
    chosen = {o: c for o, c in carriers.items() if c is not None and (outputs is None or o in outputs)}
    if not chosen and not reasons:
        reasons.append(Reason("outputs", "no output is decided by a single variable"))
    if reasons:
        raise PlanError("cannot interchange", reasons)
    return chosen
