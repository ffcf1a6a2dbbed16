"""Attribution patching: activation patching guessed from one gradient, and how wrong the guess is.

To first order, patching a place moves the logit difference by its gradient on the base times what the patch changes
there (Nanda 2023; Syed et al. 2023, arXiv:2310.10348). That costs a few passes for all places together. The guess is
only as good as the model is straight between base and source, so here every place is patched in truth as well, and the
error is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.component import Component
from openwork.analyses.pairs import Alternatives, Pairs
from openwork.analyses.patching import patching_of
from openwork.analyses.result import Record, Result
from openwork.analyses.steps import Watch, silent
from openwork.analyses.subject import Subject
from openwork.interventions import Plan
from openwork.models import site_named

Floats = NDArray[np.float64]
HALF = 0.5
"""share of the way from the base's to the source's logit difference from which on a place is said to carry"""
NEGLIGIBLE = 0.01
"""share of that way below which the sign of an effect is not compared"""
GRADIENT_PASSES = 4
"""what a pass with gradients costs, in passes"""


@dataclass(frozen=True, eq=False)
class AttributionPatching(Result):
    """The guessed and the true effect of patching each place; arrays are `[output, component, pos]`.

    An effect is how far the logit difference (source's answer minus base's answer, mean over pairs) moves, as a share
    of the way from the unedited base to the unedited source: 1 is all of it. NaN where a place cannot matter.

    Attributes:
        outputs: what is predicted.
        variables: `[output]`, the variable that is changed.
        components: the places, by name.
        positions: `[pos]`, what stands there.
        estimate: the effect by the gradient.
        truth: the effect of the patch.
        pairs: `[output]`, how many.
        estimate_rows: forward rows of the estimate alone; a pass with gradients counts as four.
    """

    outputs: tuple[str, ...]
    variables: tuple[str, ...]
    components: tuple[str, ...]
    positions: tuple[str, ...]
    estimate: Floats
    truth: Floats
    pairs: tuple[int, ...]
    estimate_rows: int
    forward_rows: int

    def correlation(self, component: str | None = None) -> float:
        """Pearson's, over the places tried of all outputs, or of one component; NaN where one side does not vary."""
        estimate, truth = self._tried(component)
        if len(truth) < 2 or not estimate.std() or not truth.std():
            return float("nan")
        return float(np.corrcoef(estimate, truth)[0, 1])

    @property
    def largest_error(self) -> float:
        """Between estimate and truth, at any place."""
        estimate, truth = self._tried()
        return float(np.abs(estimate - truth).max(initial=0))

    @property
    def sign_errors(self) -> int:
        """Places with a true effect of more than 1 % whose estimate has the other sign, or none."""
        estimate, truth = self._tried()
        return int(((estimate * truth <= 0) & (np.abs(truth) > NEGLIGIBLE)).sum())

    @property
    def missed(self) -> int:
        """Places that in truth bring half of the way or more, and by the estimate less."""
        estimate, truth = self._tried()
        return int(((truth >= HALF) & (estimate < HALF)).sum())

    @property
    def invented(self) -> int:
        """Places that by the estimate bring half of the way or more, and in truth less."""
        estimate, truth = self._tried()
        return int(((truth < HALF) & (estimate >= HALF)).sum())

    def _tried(self, component: str | None = None) -> tuple[Floats, Floats]:
        chosen = slice(None) if component is None else [self.components.index(component)]
        estimate, truth = self.estimate[:, chosen], self.truth[:, chosen]
        tried = np.isfinite(truth)
        return estimate[tried], truth[tried]

    @property
    def title(self) -> str:
        return f"Attribution patching beside activation patching on {sum(self.pairs):,} pairs"

    @property
    def summary(self) -> str:
        _, truth = self._tried()
        carry, moved = int((truth >= HALF).sum()), int((np.abs(truth) > NEGLIGIBLE).sum())
        return (
            f"Over {len(truth)} places the estimate correlates with the truth at {self.correlation():.2f} and is off "
            f"by up to {self.largest_error:.2f} of the way; its sign is wrong at {self.sign_errors} of {moved} places "
            f"with an effect; of {carry} that bring half of the way or more it misses {self.missed}, and it invents "
            f"{self.invented}."
        )

    def records(self) -> list[Record]:
        return [
            {
                "output": self.outputs[o],
                "variable": self.variables[o],
                "component": self.components[c],
                "position": self.positions[p],
                "position_number": int(p),
                "estimate": float(self.estimate[o, c, p]),
                "truth": float(self.truth[o, c, p]),
                "pairs": self.pairs[o],
            }
            for o, c, p in np.argwhere(np.isfinite(self.truth))
        ]


def attribution_patching(
    subject: Subject,
    components: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    variable: str | None = None,
    alternatives: Alternatives = "one",
    seed: int = 0,
    watch: Watch = silent,
) -> AttributionPatching:
    """Every place at every position against every output, guessed and patched, over all of the subject's inputs.

    The estimate costs five forward rows per pair: one for the source, and four for the gradient. The truth costs what
    `activation_patching` does.

    Args:
        subject: the model and inputs.
        components: as in `activation_patching`, and by default the same.
        outputs: by default all that one variable decides, or with `variable` all that it changes.
        variable: what is changed; by default the one that decides the output.
        alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
        seed: of that draw.
        watch: is told how far it is.

    Raises:
        PlanError: an unknown component, output or variable; with every reason.
    """
    patching = patching_of(subject, components, outputs, variable, alternatives, seed)
    estimate, truth = (np.full(patching.shape, np.nan) for _ in range(2))
    guessing, rows = 0, 0
    for measured in patching.measured(watch, rows_beside=GRADIENT_PASSES + 1):
        effects, pairs = measured.effects, measured.pairs
        guessed = _estimates(subject, patching.places, pairs) / ((effects.source - effects.base) or np.nan)
        for (c, p), effect in zip(measured.numbers, effects.recovered, strict=True):
            estimate[measured.number, c, p], truth[measured.number, c, p] = guessed[c, p], effect
        guessing += len(pairs) * (GRADIENT_PASSES + 1)
        rows += effects.forward_rows
    return AttributionPatching(
        outputs=patching.outputs,
        variables=patching.variables,
        components=patching.components,
        positions=subject.position_names,
        estimate=estimate,
        truth=truth,
        pairs=patching.counts,
        estimate_rows=guessing,
        forward_rows=guessing + rows,
    )


def _estimates(subject: Subject, places: Sequence[Component], pairs: Pairs) -> Floats:
    """`[component, pos]`, how far the logit difference moves by the gradient, mean over pairs."""
    sites = tuple(dict.fromkeys(place.site for place in places))
    slopes = np.zeros((len(pairs), 1, subject.spec.d_vocab_out), subject.spec.dtype)
    np.put_along_axis(slopes, pairs.source.answers[..., None], 1, axis=-1)
    np.put_along_axis(slopes, pairs.base.answers[..., None], -1, axis=-1)
    plan, engine, stack = Plan(captures=sites), subject.engine, subject.stack
    sources = engine.run(stack, pairs.source.tokens, plan, graded=pairs.base.graded)
    bases = engine.gradients_at(stack, pairs.base, plan, sites=sites, slopes=slopes)
    total = np.zeros((len(places), pairs.base.tokens.shape[1]))
    for base, source in zip(bases, sources, strict=True):
        moved = {
            site: base.gradients[site][0].astype(np.float64) * (source.captures[site][0] - base.captures[site][0])
            for site in sites
        }
        for c, place in enumerate(places):
            by_position = moved[place.site] if place.head is None else moved[place.site][:, :, place.head]
            axis = 1 + (0 if place.head is not None else site_named(subject.spec, place.site).pos_axis)
            kept = tuple(a for a in range(by_position.ndim) if a != axis)
            total[c] += by_position.sum(axis=kept)
    return total / len(pairs)
