"""A quadratic polynomial in two numbers, modulo p."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with


class ModularPolynomial(AnswerAtEquals):
    """Two numbers below `p`; the sequence is `a b =`, and `c` is wanted at `=`.

    `c` is aa a^2 + ab a b + bb b^2 + la a + lb b + one, modulo `p`, which need not be prime. The coefficients are
    parameters, by default those of a^2 + a b + b^2.

    Raises:
        TaskError: for a modulus below 2 or above 1000, a coefficient that is not below the modulus, or a polynomial
            that has the same value everywhere.
    """

    name = "modular-polynomial"
    summary = "a quadratic polynomial in two numbers, modulo p"
    learned = learned_with(model={"n_layers": 1}, training={"epochs": 400, "lr": 0.001}, split={"held_out": 0.0})
    """one layer, trained on every question"""
    output = "c"
    names = ("a", "b")

    def __init__(
        self, p: int = 23, aa: int = 1, ab: int = 1, bb: int = 1, la: int = 0, lb: int = 0, one: int = 0
    ) -> None:
        self.p, self.coefficients = p, {"aa": aa, "ab": ab, "bb": bb, "la": la, "lb": lb, "one": one}
        reasons = []
        if not 2 <= p <= 1000:
            reasons.append(Reason("p", f"{p} is not between 2 and 1000"))
        else:
            for name, value in self.coefficients.items():
                if not 0 <= value < p:
                    reasons.append(Reason(name, f"{value} is not between 0 and p - 1", f"modulo {p} it is {value % p}"))
        if not reasons and not self._deciding:
            what = f"{self.coefficients} make {one} of every a and b"
            reasons.append(Reason("coefficients", what, "give one of aa, ab, bb, la, lb another value"))
        if reasons:
            raise TaskError("there is no such modular-polynomial task", reasons)

    @property
    def params(self) -> Mapping[str, int]:
        return {"p": self.p, **self.coefficients}

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.p)))

    def answers(self, questions: Tokens) -> Tokens:
        a, b = questions[:, :1].astype(np.int64), questions[:, 1:].astype(np.int64)
        k = self.coefficients
        total = k["aa"] * a * a + k["ab"] * a * b + k["bb"] * b * b + k["la"] * a + k["lb"] * b + k["one"]
        value: Tokens = (total % self.p).astype(np.int32)
        return value

    def deciding_variable(self, output: str) -> str | None:
        return self._deciding[0] if len(self._deciding) == 1 else None

    @cached_property
    def _deciding(self) -> tuple[str, ...]:
        """The variables on which the answer depends; a zero coefficient does not tell, for b^2 + b is 0 modulo 2."""
        table = self.answers(np.indices((self.p, self.p), np.int32).reshape(2, -1).T).reshape(self.p, self.p)
        depends = ((table != table[:1]).any(), (table != table[:, :1]).any())
        return tuple(name for name, some in zip(self.names, depends, strict=True) if some)
