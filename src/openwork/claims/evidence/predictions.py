"""What a model answers to every input, as it is or with edits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.interventions import Edit, Linearise, Mean, Plan, Resample


@dataclass(frozen=True)
class Predictions(Evidence[NDArray[np.int16]]):
    """The answers under these edits: `[input, graded]`, the symbol with the largest logit.

    Costs one forward row per input, and one more where any edit takes a mean, fits a map, or draws other inputs.
    """

    edits: tuple[Edit, ...] = ()

    def rows(self, context: Context) -> int:
        extra = sum(any(isinstance(e, kind) for e in self.edits) for kind in (Mean, Linearise))
        draws = len({e.seed for e in self.edits if isinstance(e, Resample)})
        return (1 + extra + draws) * context.inputs

    def measure(self, context: Context) -> NDArray[np.int16]:
        subject = context.subject
        run = subject.engine.run(subject.stack, subject.inputs.tokens, Plan(self.edits), graded=subject.inputs.graded)
        return np.concatenate([trace.logits[0].argmax(axis=-1).astype(np.int16) for trace in run])


UNEDITED = Predictions()
