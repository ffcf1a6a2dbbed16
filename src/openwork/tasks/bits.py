"""Tasks that ask one thing of some bits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from openwork.errors import Reason, TaskError
from openwork.tasks.answer_at_equals import AnswerAtEquals


class Bits(AnswerAtEquals):
    """`length` bits; the sequence is `x[0..n-1] =`.

    Raises:
        TaskError: for a length below 2 or above 1000.
    """

    symbols = ("0", "1")

    def __init__(self, length: int) -> None:
        if not 2 <= length <= 1000:
            what = f"{length} is not between 2 and 1000"
            raise TaskError(f"there is no such {self.name} task", Reason("length", what))
        self.length = length

    @property
    def params(self) -> Mapping[str, int]:
        return {"length": self.length}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x[{i}]" for i in range(self.length))
