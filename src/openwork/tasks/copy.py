"""Write the digits again: `y[i] = x[i]`."""

from __future__ import annotations

import numpy as np

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten


class Copy(DigitsRewritten):
    """See `DigitsRewritten` for the sequence, the parameters and the errors."""

    name = "copy"
    summary = "write the digits again"

    def answers(self, questions: Tokens) -> Tokens:
        found: Tokens = np.array(questions, np.int32)
        return found

    def deciding_variable(self, output: str) -> str | None:
        return output.replace("y", "x")
