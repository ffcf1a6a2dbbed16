"""Dyck languages: brackets, written a and b, that are balanced."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.learned import learned_with
from openwork.tasks.prefixes import Language, unfit_language

OPEN, CLOSE = BRACKETS = ("a", "b")


class Dyck(Language):
    """Every opening `a` has its closing `b`, at most `depth` open at once; 0 for as many as there are (Dyck-1).

    Raises:
        TaskError: for a depth below 0, or a length that cannot be.
    """

    name = "dyck"
    summary = "say which brackets may follow, and whether the text may end here"
    learned = learned_with(model={"n_layers": 1}, training={"batch_size": 16}, split={"held_out": 0.0})
    """one layer; nothing is held out, for of some lengths there is one prefix only"""

    def __init__(self, depth: int = 2, length: int = 12) -> None:
        reasons = unfit_language(length)
        if not 0 <= depth <= 1000:
            reasons.append(Reason("depth", f"{depth} is not between 0 and 1000", "0 is any depth"))
        if reasons:
            raise TaskError("there is no such dyck task", reasons)
        self.depth, self.length = depth, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"depth": self.depth, "length": self.length}

    @cached_property
    def automaton(self) -> Automaton:
        # Of any depth, no prefix that is asked can tell a deeper bracket from one that is not allowed.
        deepest = self.depth or self.length + 1

        def step(height: int, symbol: str) -> int | None:
            after = height + 1 if symbol == OPEN else height - 1
            return after if 0 <= after <= deepest else None

        return automaton_of(BRACKETS, 0, step, lambda height: height == 0)
