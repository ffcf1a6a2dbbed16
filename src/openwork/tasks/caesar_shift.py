"""Shift every digit by a key that the question names: `y[i] = (x[i] + k) mod base`."""

from __future__ import annotations

from openwork.tasks.contract import Tokens
from openwork.tasks.digits_rewritten import DigitsRewritten
from openwork.tasks.learned import learned_with


class CaesarShift(DigitsRewritten):
    """A key and `length` digits in `base`; the sequence is `k x[0..n-1] = y[0..n-1]`. Errors: see `DigitsRewritten`."""

    name = "caesar-shift"
    summary = "add the first digit to each of the others, modulo the base"
    learned = learned_with(
        model={"n_layers": 1, "d_model": 16, "d_head": 8, "d_mlp": 32}, training={"epochs": 100, "lr": 6e-3}
    )
    """one layer, where one head can fetch the key and one the digit"""
    leading = ("k",)

    def __init__(self, base: int = 5, length: int = 5) -> None:
        super().__init__(base, length)

    def answers(self, questions: Tokens) -> Tokens:
        shifted: Tokens = (questions[:, 1:] + questions[:, :1]) % self.base
        return shifted

    def deciding_variable(self, output: str) -> str | None:
        return None  # the key and a digit decide together
