"""Add two numbers digit by digit, with carries.

Numbers and sum are written as people write them, the most significant digit first. So the first digit of the answer
already needs every carry, and no answer shown before helps with it; written the other way round, one carry at a time
would do.
"""

from __future__ import annotations

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.two_numbers import TwoNumbers
from openwork.tasks.written_out import unfit


class Addition(TwoNumbers):
    """Two numbers of `digits` digits in `base`; `a[0..n-1] + b[0..n-1] = y[0..n]`, all but the last seen.

    Raises:
        TaskError: for a base below 2, no digits, or more than 2**31 questions.
    """

    name = "addition"
    summary = "add two numbers, digit by digit with carries"
    learned = learned_with(training={"epochs": 100, "lr": 0.004})
    """two layers, since carries go on"""

    def __init__(self, base: int = 10, digits: int = 2) -> None:
        reasons = [
            Reason("digits", r.what, r.mend) if r.where == "length" else r for r in unfit(base, digits, free=2 * digits)
        ]
        if reasons:
            raise TaskError("there is no such addition task", reasons)
        self.base, self.digits = base, digits

    def answers(self, questions: Tokens) -> Tokens:
        place = self.base ** np.arange(self.digits, -1, -1, dtype=np.int64)
        total = (questions[:, : self.digits] + questions[:, self.digits :]) @ place[1:]
        digits: Tokens = (total[:, None] // place % self.base).astype(np.int32)
        return digits
