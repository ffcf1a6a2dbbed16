"""Tasks that write a question's digits again in some other order or way, as many as there were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openwork.errors import TaskError
from openwork.tasks.written_out import DIGITS, Free, WrittenOut, numbered, unfit


class DigitsRewritten(WrittenOut):
    """`length` digits in `base`; the sequence is `x[0..n-1] = y[0..n-1]`, of which the model sees all but the last.

    A subclass may put `leading` digits before them.

    Raises:
        TaskError: for a base below 2, a length below 1, or more than 2**31 questions.
    """

    leading: tuple[str, ...] = ()

    def __init__(self, base: int = 4, length: int = 6) -> None:
        if reasons := unfit(base, length, free=length + len(self.leading)):
            raise TaskError(f"there is no such {self.name} task", reasons)
        self.base, self.length = base, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"base": self.base, "length": self.length}

    @property
    def symbols(self) -> Sequence[str]:
        return DIGITS[: self.base]

    @property
    def question(self) -> tuple[Free | str, ...]:
        return tuple(Free(name, self.base) for name in (*self.leading, *numbered("x", self.length)))

    @property
    def n_answers(self) -> int:
        return self.length
