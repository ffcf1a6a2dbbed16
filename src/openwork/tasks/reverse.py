"""Write the digits backwards: `y[i] = x[n-1-i]`."""

from __future__ import annotations

import numpy as np

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten
from openwork.tasks.learned import learned_with


class Reverse(DigitsRewritten):
    """See `DigitsRewritten` for the sequence, the parameters and the errors."""

    name = "reverse"
    summary = "write the digits backwards"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 8, "n_heads": 1, "d_head": 8, "d_mlp": 16},
        training={"epochs": 100, "lr": 6e-3},
    )
    """one layer with one head, which fetches by position"""

    def answers(self, questions: Tokens) -> Tokens:
        reversed_digits: Tokens = questions[:, ::-1].astype(np.int32)
        return reversed_digits

    def deciding_variable(self, output: str) -> str | None:
        return f"x[{self.length - 1 - self.outputs.index(output)}]"
