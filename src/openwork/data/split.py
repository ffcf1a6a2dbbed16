"""Which inputs are trained on, and which are held out."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from openwork.data.randomness import bits, permutation
from openwork.errors import Reason, RecipeError


class Split(BaseModel):
    """A way to divide a domain: the last `held_out` questions, in the order that `kind` gives, are not trained on.

    `lexicographic` keeps the domain's own order, so the held-out questions are all alike in their first variables;
    `shuffled` draws an order from `seed` first.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    kind: Literal["shuffled", "lexicographic"] = "shuffled"
    held_out: float = Field(default=5536 / 65536, ge=0, lt=1)
    """share of the domain that is held out, rounded to whole questions"""
    seed: int = Field(default=0, ge=0)
    """of the shuffle; not the model's seed"""

    def train_size(self, domain_size: int) -> int:
        """How many questions are trained on.

        Raises:
            RecipeError: none is left.
        """
        size = domain_size - round(self.held_out * domain_size)
        if size < 1:
            what = f"{self.held_out} of {domain_size} questions leaves none to train on"
            raise RecipeError("nothing is left to train on", Reason("split.held_out", what, "hold out less"))
        return size

    def parts(self, domain_size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of the questions to train on and of those held out.

        Raises:
            RecipeError: nothing is left to train on.
        """
        cut = self.train_size(domain_size)
        order = np.arange(domain_size, dtype=np.int64)
        if self.kind == "shuffled":
            order = permutation(bits("split", self.seed), domain_size)
        return order[:cut], order[cut:]
