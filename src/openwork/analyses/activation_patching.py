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

from openwork.analyses.component import components_named
from openwork.analyses.pairs import Alternatives, pairs_for
from openwork.analyses.patch_effect import patch_effects
from openwork.analyses.patch_places import entries, patches, streams_and_parts
from openwork.analyses.path_worlds import PathWorlds
from openwork.analyses.result import Record, Result
from openwork.analyses.steps import Watch, silent, stretch
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
    places = streams_and_parts(subject.spec) if components is None else components_named(subject.spec, components)
    chosen = pairs_for(subject, outputs, variable, alternatives, seed)
    shares = np.full((3, len(chosen), len(places), subject.task.n_pos), np.nan)
    run, rows = 0, 0
    for o, pairs in enumerate(chosen):
        if not len(pairs):
            continue
        tried = patches(subject.spec, places, pairs)
        # The first plan changes nothing: it stands for all places that cannot matter.
        asked = [PathWorlds(Plan(), {}), *tried.values()]
        found = patch_effects(subject, pairs, asked, stretch(watch, o, len(chosen), rows))
        shares[:, o] = found.shares[:, 0, None, None]
        for (c, p), effect in zip(tried, found.shares[:, 1:].T, strict=True):
            shares[:, o, c, p] = effect
        run, rows = run + len(tried), rows + found.forward_rows
    return ActivationPatching(
        tuple(pairs.output for pairs in chosen),
        tuple(pairs.variable for pairs in chosen),
        tuple(place.name for place in places),
        subject.position_names,
        tuple(pairs.position for pairs in chosen),
        tuple(entries(pairs) for pairs in chosen),
        shares[0],
        shares[1],
        shares[2],
        tuple(len(pairs) for pairs in chosen),
        run,
        rows,
    )
