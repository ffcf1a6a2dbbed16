"""Activation patching: which places, at which positions, carry a change of one variable to an output.

One place at a time, at one position, is given the value that it has on the source; all else runs on the base. Where the
answer follows, the place carries the change (denoising, seen from the source); where it leaves the base's answer, the
base's answer needs what stood there (noising). `patch_effect.py` says why one sweep gives both.

A place that cannot matter (`patch_places.py`) is not run: its effect is that of no patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.pairs import Alternatives
from openwork.analyses.patch_places import entries
from openwork.analyses.patching import patching_of
from openwork.analyses.path_worlds import PathWorlds
from openwork.analyses.result import Record, Result
from openwork.analyses.steps import Watch, silent
from openwork.analyses.subject import Subject
from openwork.interventions import Plan

Floats = NDArray[np.float64]
CARRIES = 0.9
"""From this share of pairs on, a place is said to carry an output."""


@dataclass(frozen=True, eq=False)
class ActivationPatching(Result):
    """What becomes of each output when one place is taken from the source; arrays are `[output, component, pos]`.

    Attributes:
        outputs: what is predicted.
        variables: `[output]`, the variable that is changed.
        components: the places, by name.
        positions: `[pos]`, what stands there.
        queries: `[output]`, the position that predicts it.
        entries: `[output]`, positions whose token changes with the variable, up to the query.
        follows: share of pairs whose prediction becomes the source's answer; NaN without pairs.
        leaves: share of pairs whose prediction is no longer the base's answer.
        recovered: share of the way from the base's to the source's logit difference, of means over pairs.
        pairs: `[output]`, how many.
        run: how many places were patched at a position; the others cannot matter.
    """

    outputs: tuple[str, ...]
    variables: tuple[str, ...]
    components: tuple[str, ...]
    positions: tuple[str, ...]
    queries: tuple[int, ...]
    entries: tuple[tuple[int, ...], ...]
    follows: Floats
    leaves: Floats
    recovered: Floats
    pairs: tuple[int, ...]
    run: int
    forward_rows: int

    def carriers(self, output: str, at_least: float = CARRIES) -> tuple[tuple[str, str], ...]:
        """Components, each with a position, whose patch alone makes the output follow in this share of pairs."""
        share = self.follows[self.outputs.index(output)]
        return tuple((self.components[c], self.positions[p]) for c, p in np.argwhere(share >= at_least))

    @property
    def title(self) -> str:
        return f"Activation patching on {sum(self.pairs):,} pairs"

    @property
    def summary(self) -> str:
        written = [name for name in self.components if "hook_resid" not in name and "embed" not in name]
        by: dict[str, list[str]] = {}
        for output in self.outputs:
            places = [f"{c} at {p}" for c, p in self.carriers(output) if c in written]
            by.setdefault(" and by ".join(places) or "no single component at one position", []).append(output)
        said = "; ".join(f"{', '.join(outputs)} by {places}" for places, outputs in by.items())
        return f"Carried in {100 * CARRIES:.0f} % of pairs or more: {said}."

    def records(self) -> list[Record]:
        return [
            {
                "output": output,
                "variable": self.variables[o],
                "component": component,
                "position": self.positions[p],
                "position_number": p,
                "follows": float(self.follows[o, c, p]),
                "leaves": float(self.leaves[o, c, p]),
                "recovered": float(self.recovered[o, c, p]),
                "pairs": self.pairs[o],
            }
            for o, output in enumerate(self.outputs)
            for c, component in enumerate(self.components)
            for p in range(len(self.positions))
        ]


def activation_patching(
    subject: Subject,
    components: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    variable: str | None = None,
    alternatives: Alternatives = "one",
    seed: int = 0,
    watch: Watch = silent,
) -> ActivationPatching:
    """Every place at every position against every output, over all of the subject's inputs.

    Costs for each output two forward rows per pair and place that can matter, two or four per pair and 32 of these for
    their sources, and four per pair for the unedited runs.

    Args:
        subject: the model and inputs.
        components: heads (`blocks.0.attn.head.1`), attention layers, MLPs or any site; by default the residual stream
            before every layer and at the end, every head and every MLP.
        outputs: by default all that one variable decides, or with `variable` all that it changes.
        variable: what is changed; by default the one that decides the output.
        alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
        seed: of that draw.
        watch: is told how far it is.

    Raises:
        PlanError: an unknown component, output or variable; with every reason.
    """
    patching = patching_of(subject, components, outputs, variable, alternatives, seed)
    shares = np.full((3, *patching.shape), np.nan)
    run, rows = 0, 0
    # The first plan changes nothing: it stands for all places that cannot matter.
    for measured in patching.measured(watch, [PathWorlds(Plan(), {})]):
        nothing, *each = measured.effects.shares.T
        shares[:, measured.number] = nothing[:, None, None]
        for (c, p), effect in zip(measured.numbers, each, strict=True):
            shares[:, measured.number, c, p] = effect
        run, rows = run + len(each), rows + measured.effects.forward_rows
    return ActivationPatching(
        outputs=patching.outputs,
        variables=patching.variables,
        components=patching.components,
        positions=subject.position_names,
        queries=tuple(pairs.position for pairs in patching.pairs),
        entries=tuple(entries(pairs) for pairs in patching.pairs),
        follows=shares[0],
        leaves=shares[1],
        recovered=shares[2],
        pairs=patching.counts,
        run=run,
        forward_rows=rows,
    )
