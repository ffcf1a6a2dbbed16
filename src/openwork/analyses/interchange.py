"""Which component carries which output: an interchange test.

For an output, the *source* of an input is the same question with only the variable that decides the output changed.
One component's output, at the one position that predicts this output, is taken from the source's run; all else runs on
the input itself. Where the prediction becomes the source's answer, that component carries the variable to the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.component import Component, components_named, layer_components
from openwork.analyses.pairs import Alternatives, Pairs, pairs_for
from openwork.analyses.result import Record, Result
from openwork.analyses.subject import Subject
from openwork.interventions import Patch, Plan

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
    chosen = pairs_for(subject, outputs, alternatives=alternatives, seed=seed)
    share = np.full((len(parts), len(chosen)), np.nan)
    for o, pairs in enumerate(chosen):
        if len(pairs):
            share[:, o] = _followed(subject, parts, pairs)
    names, sizes = tuple(part.name for part in parts), tuple(len(pairs) for pairs in chosen)
    variables = tuple(pairs.variable for pairs in chosen)
    cost = sum(sizes) * (len(parts) + 1)
    return Interchange(names, tuple(p.output for p in chosen), variables, share, sizes, alternatives, cost)


def _followed(subject: Subject, parts: Sequence[Component], pairs: Pairs) -> list[float]:
    """For each component, on which share of the pairs the prediction becomes the source's answer."""
    plans = [Plan((Patch(part.site, (pairs.position,), part.heads),)) for part in parts]
    found = subject.engine.sweep(subject.stack, pairs.wanted, plans, sources={"source": pairs.source.tokens})
    return [float(scores.accuracy[0]) for scores in found]
