"""Shift every letter by a key that the question names: `y[i] = (x[i] + k) mod letters`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openwork.errors import TaskError
from openwork.tasks.contract import Tokens
from openwork.tasks.written_out import DIGITS, Free, WrittenOut, numbered, unfit


class CaesarShift(WrittenOut):
    """A key and `length` digits in `base`; the sequence is `k x[0..n-1] = y[0..n-1]`, all but the last seen.

    Raises:
        TaskError: for a base below 2, a length below 1, or more than 2**31 questions.
    """

    name = "caesar-shift"
    summary = "add the first digit to each of the others, modulo the base"

    def __init__(self, base: int = 5, length: int = 5) -> None:
        if reasons := unfit(base, length, free=length + 1):
            raise TaskError("there is no such caesar-shift task", reasons)
        self.base, self.length = base, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base, "length": self.length}

    @property
    def symbols(self) -> Sequence[str]:
        return DIGITS[: self.base]

    @property
    def question(self) -> tuple[Free | str, ...]:
        return tuple(Free(name, self.base) for name in ("k", *numbered("x", self.length)))

    @property
    def n_answers(self) -> int:
        return self.length

    def answers(self, questions: Tokens) -> Tokens:
        found: Tokens = (questions[:, 1:] + questions[:, :1]) % self.base
        return found

    def carrier(self, output: str) -> str | None:
        return None  # the key and a digit decide together
