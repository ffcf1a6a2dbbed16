"""How much one head attends, input by input, between chosen positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.interventions import Plan


@dataclass(frozen=True)
class AttentionWeights(Evidence[NDArray[np.float32]]):
    """The weights of one head for these (query, key) positions: `[input, pair]`. Costs one forward row per input."""

    site: str
    head: int
    pairs: tuple[tuple[int, int], ...]

    def rows(self, context: Context) -> int:
        return context.inputs

    def measure(self, context: Context) -> NDArray[np.float32]:
        subject = context.subject
        queries, keys = (list(side) for side in zip(*self.pairs, strict=True))
        plan = Plan(captures=(self.site,))
        run = subject.engine.run(subject.stack, subject.inputs.tokens, plan, graded=subject.inputs.graded)
        return np.concatenate([t.captures[self.site][0][:, self.head, queries, keys].astype(np.float32) for t in run])
