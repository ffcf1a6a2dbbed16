"""Write the digits backwards: `y[i] = x[n-1-i]`."""

from __future__ import annotations

import numpy as np

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten


class Reverse(DigitsRewritten):
    """See `DigitsRewritten` for the sequence, the parameters and the errors."""

    name = "reverse"
    summary = "write the digits backwards"

    def answers(self, questions: Tokens) -> Tokens:
        found: Tokens = questions[:, ::-1].astype(np.int32)
        return found

    def deciding_variable(self, output: str) -> str | None:
        return f"x[{self.length - 1 - self.outputs.index(output)}]"
