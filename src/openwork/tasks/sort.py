"""Write the digits in ascending order: every answer depends on all of them."""

from __future__ import annotations

import numpy as np

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten
from openwork.tasks.learned import learned_with


class Sort(DigitsRewritten):
    """See `DigitsRewritten` for the sequence, the parameters and the errors."""

    name = "sort"
    summary = "write the digits in ascending order"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 16, "d_head": 8, "d_mlp": 32}, training={"epochs": 100, "lr": 6e-3}
    )
    """one layer with two heads"""

    def answers(self, questions: Tokens) -> Tokens:
        ordered: Tokens = np.sort(questions, axis=1).astype(np.int32)
        return ordered

    def deciding_variable(self, output: str) -> str | None:
        return None if self.length > 1 else "x[0]"
