"""Compose two permutations: `c = a b`, which is first b, then a."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with


class PermutationComposition(AnswerAtEquals):
    """Two permutations of 1..`n`, a token each; the sequence is `a b =`, and `c` is wanted at `=`.

    A permutation is written in one-line notation: `2431` takes 1 to 2, 2 to 4, 3 to 3, and 4 to 1. They are numbered in
    lexicographic order, so that 0 is the identity. `c` takes i to a(b(i)).

    Raises:
        TaskError: for fewer than 2 or more than 6 things to permute.
    """

    name = "permutation-composition"
    summary = "compose two permutations of n things"
    learned = learned_with(
        model={"n_layers": 1, "d_mlp": 128}, training={"epochs": 400, "lr": 0.001}, split={"held_out": 0.0}
    )
    """one layer, trained on every question"""
    output = "c"
    names = ("a", "b")

    def __init__(self, n: int = 4) -> None:
        if not 2 <= n <= 6:
            what = f"{n} is not between 2 and 6"
            reason = Reason("n", what, "every permutation is a token, and there are n!")
            raise TaskError("there is no such permutation-composition task", reason)
        self.n = n

    @property
    def params(self) -> Mapping[str, int]:
        return {"n": self.n}

    @cached_property
    def images(self) -> NDArray[np.int64]:
        """`[permutation, i]`: where each takes i, both from 0."""
        return np.array(list(permutations(range(self.n))))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        return tuple("".join(str(1 + i) for i in row) for row in self.images)

    def answers(self, questions: Tokens) -> Tokens:
        first, then = self.images[questions[:, 1]], self.images[questions[:, 0]]
        composed = np.take_along_axis(then, first, axis=1)
        # Read as a number in base n, one-line notation grows in lexicographic order.
        place = self.n ** np.arange(self.n)[::-1]
        return np.searchsorted(self.images @ place, composed @ place)[:, None].astype(np.int32)
