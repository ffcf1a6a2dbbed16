"""Write the digits again: `y[i] = x[i]`."""

from __future__ import annotations

import numpy as np

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten
from openwork.tasks.learned import learned_with


class Copy(DigitsRewritten):
    """See `DigitsRewritten` for the sequence, the parameters and the errors."""

    name = "copy"
    summary = "write the digits again"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 8, "n_heads": 1, "d_head": 8, "d_mlp": 16},
        training={"epochs": 100, "lr": 6e-3},
    )
    """one layer with one head, which fetches by position"""

    def answers(self, questions: Tokens) -> Tokens:
        copied: Tokens = np.array(questions, np.int32)
        return copied

    def deciding_variable(self, output: str) -> str | None:
        return output.replace("y", "x")
