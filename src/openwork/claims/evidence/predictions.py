"""What a model answers to every input, as it is or with edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import OTHER, Replay, Worlds
from openwork.claims.evidence.answers import answers_in
from openwork.claims.examples import number
from openwork.data import ring
from openwork.engines import World
from openwork.interventions import Edit, Linearise, Mean, Patch, Plan, drawn_rows
from openwork.tasks import Tokens


@dataclass(frozen=True)
class Predictions(Evidence[NDArray[np.int16]]):
    """The answers under these edits: `[input, graded]`, the symbol with the largest logit, or the set of those above 0.

    `Patch(..., source="other")` takes values from another input, drawn for each by `seed` as `Resample` does, or of a
    sample the next in a ring, which `independent` counts; any other source names one of `worlds`: the input itself with
    edits in place. Costs one forward row per input, one for every world, and one more where any edit takes a mean, fits
    a map, or takes from other inputs.
    """

    edits: tuple[Edit, ...] = ()
    seed: int = 0
    worlds: Worlds = ()

    def rows(self, context: Context) -> int:
        extra = sum(any(isinstance(e, kind) for e in self._every) for kind in (Mean, Linearise))
        return (1 + extra + self.takes + len(self.worlds)) * context.inputs

    def measure(self, context: Context) -> NDArray[np.int16]:
        subject, tokens = context.subject, context.subject.inputs.tokens
        sources: dict[str, Tokens | World] = {name: World(tokens, edits) for name, edits in self.worlds}
        if self.takes:
            sources[OTHER] = tokens[self._others(context)]
        plan = Plan(self.edits)
        run = subject.engine.run(subject.stack, tokens, plan, graded=subject.inputs.graded, sources=sources)
        return np.concatenate([answers_in(trace.logits[0], subject.inputs.sets) for trace in run])

    def replay(self, context: Context, row: int, output: str) -> Replay:
        """One input of this evidence, to be run again."""
        other = number(context, int(self._others(context)[row])) if self.takes else None
        return Replay(number(context, row), self.edits, other, worlds=self.worlds, output=output)

    @property
    def _every(self) -> Iterator[Edit]:
        return chain(self.edits, *(edits for _, edits in self.worlds))

    @property
    def takes(self) -> bool:
        """Whether anything is taken from the other input."""
        return any(isinstance(edit, Patch) and edit.source == OTHER for edit in self._every)

    def _others(self, context: Context) -> NDArray[np.int64]:
        if context.whole:
            return drawn_rows(self.seed, context.inputs, context.inputs)
        return ring(context.inputs, self.seed)

    def independent(self, context: Context) -> int:
        """How many independent inputs say as much as the answers of a sample: where each answer depends on two of
        them, half as many as there are; and no more where it depends a little on all, by a mean or a fitted map."""
        alone = not self.takes and not any(isinstance(e, Mean | Linearise) for e in self._every)
        return context.inputs if alone else context.inputs // 2


UNEDITED = Predictions()
