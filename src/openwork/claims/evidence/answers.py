"""What a model answers: the symbol with the largest logit, unless its logits are no numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.tasks.symbol_sets import set_of

NO_NUMBER = -2
"""Stands for the answer where a logit is infinite or not a number: it is wrong, whatever is right."""


def answers_in(logits: NDArray[np.floating[Any]], sets: bool = False) -> NDArray[Any]:
    """`[..., symbol]` to `[...]`: the symbol with the largest logit, `NO_NUMBER` where any is not finite.

    With `sets` the set of those above 0, in int32 for int16 has too few bits.
    """
    answers = set_of(logits > 0) if sets else logits.argmax(axis=-1).astype(np.int16)
    answers[~np.isfinite(logits).all(axis=-1)] = NO_NUMBER
    return answers
