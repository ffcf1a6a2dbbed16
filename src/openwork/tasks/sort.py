"""Write the digits in ascending order: every answer depends on all of them."""

from __future__ import annotations

import numpy as np

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten


class Sort(DigitsRewritten):
    """See `DigitsRewritten` for the sequence, the parameters and the errors."""

    name = "sort"
    summary = "write the digits in ascending order"

    def answers(self, questions: Tokens) -> Tokens:
        found: Tokens = np.sort(questions, axis=1).astype(np.int32)
        return found

    def deciding_variable(self, output: str) -> str | None:
        return None if self.length > 1 else "x[0]"
