"""Which answer symbol lies nearest to what a site holds, input by input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject, Way
from openwork.analyses.unembedding import final_norm
from openwork.claims.context import Context, Evidence

NO_SYMBOL = -1
"""Where two symbols are equally near."""


@dataclass(frozen=True)
class NearestAnswer(Evidence[NDArray[np.int16]]):
    """The nearest of the symbols that occur as answers, at each graded position: `[input, graded]`.

    Costs one forward row per input. What is compared, and how, is told in `openwork.analyses.readout`.
    """

    site: str
    way: Way

    def rows(self, context: Context) -> int:
        return context.inputs

    def measure(self, context: Context) -> NDArray[np.int16]:
        subject = context.subject
        # Those of all inputs, where only some are judged: fewer candidates would be easier to tell apart.
        asked = subject.inputs if subject.asked is None else subject.asked
        candidates = np.unique(asked.symbols).astype(np.int16)
        directions, offsets = _directions(subject, self.way, candidates)
        graded = list(subject.inputs.graded)
        nearest = []
        for trace in subject.blocks(self.site):
            values = trace.captures[self.site][0][:, graded].astype(np.float64)
            numbers = (final_norm(subject, values) if self.way.after_norm else values) @ directions.T + offsets
            alone = (numbers == numbers.max(axis=-1, keepdims=True)).sum(axis=-1) == 1
            nearest.append(np.where(alone, candidates[numbers.argmax(axis=-1)], np.int16(NO_SYMBOL)))
        return np.concatenate(nearest)


def _directions(
    subject: Subject, way: Way, candidates: NDArray[np.int16]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the site is compared with: `[candidate, d_model]`, of length 1 for a cosine, and offsets `[candidate]`."""
    named = subject.stack.named()
    offsets = np.zeros(len(candidates))
    if way.basis == "W_U":
        directions = named["unembed.W_U"][0].T[candidates].astype(np.float64)
        offsets = named["unembed.b_U"][0][candidates].astype(np.float64)
    else:
        symbols = subject.task.answer_vocabulary.symbols
        rows = [subject.task.vocabulary.symbols.index(symbols[c]) for c in candidates]
        directions = named["embed.W_E"][0][rows].astype(np.float64)
    if way.measure == "cosine":
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        return directions / np.where(lengths > 0, lengths, 1), np.zeros(len(candidates))
    return directions, offsets
