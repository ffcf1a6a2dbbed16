"""Counters: one piece of text again and again, such as (ab)* or (abab)*."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from string import ascii_lowercase

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.learned import learned_with
from openwork.tasks.prefixes import Language, unfit_language


class Repeated(Language):
    """The first `letters` letters in order, over and over; a word's end is after every `times` of them: ((ab)^times)*.

    Raises:
        TaskError: for fewer than 1 or more than 26 letters, times below 1, or a length that cannot be.
    """

    name = "repeated"
    summary = "say which letter follows in a text that repeats itself, and whether it may end here"
    learned = learned_with(model={"n_layers": 1}, training={"batch_size": 8}, split={"held_out": 0.0})
    """one layer; nothing is held out, for of each length there is one prefix"""

    def __init__(self, letters: int = 2, times: int = 1, length: int = 20) -> None:
        reasons = unfit_language(length)
        if not 1 <= letters <= len(ascii_lowercase):
            reasons.append(Reason("letters", f"{letters} is not between 1 and 26"))
        if not 1 <= times <= 1000:
            reasons.append(Reason("times", f"{times} is not between 1 and 1000"))
        if reasons:
            raise TaskError("there is no such repeated task", reasons)
        self.letters, self.times, self.length = letters, times, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"letters": self.letters, "times": self.times, "length": self.length}

    @cached_property
    def automaton(self) -> Automaton:
        letters, period = ascii_lowercase[: self.letters], self.letters * self.times

        def step(seen: int, symbol: str) -> int | None:
            return (seen + 1) % period if symbol == letters[seen % self.letters] else None

        return automaton_of(tuple(letters), 0, step, lambda seen: seen == 0)
