"""Two numbers written digit by digit, and their sum: what both ways of writing them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openwork.tasks.written_out import DIGITS, Free, WrittenOut, numbered


class TwoNumbers(WrittenOut):
    """`a[0..n-1] + b[0..n-1] = y[0..n]` of `digits` digits in `base`, all but the last answer seen."""

    base: int
    digits: int

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base, "digits": self.digits}

    @property
    def symbols(self) -> Sequence[str]:
        return (*DIGITS[: self.base], "+")

    @property
    def question(self) -> tuple[Free | str, ...]:
        a, b = ([Free(name, self.base) for name in numbered(stem, self.digits)] for stem in "ab")
        return (*a, "+", *b)

    @property
    def n_answers(self) -> int:
        return self.digits + 1

    def deciding_variable(self, output: str) -> str | None:
        return None  # a digit of each number at least decides every digit of a sum
