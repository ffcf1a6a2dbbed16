"""Runs of letters in the order of the alphabet: a+ b+ c+ and so on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from string import ascii_lowercase

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.learned import learned_with
from openwork.tasks.prefixes import Language, unfit_language


class RunsOfLetters(Language):
    """One or more of each of the first `letters` letters, in order: a+ b+ c+ for three.

    Raises:
        TaskError: for fewer than 1 or more than 26 letters, or a length that cannot be.
    """

    name = "runs-of-letters"
    summary = "say which letter may follow where letters come in runs, and whether the text may end here"
    learned = learned_with(model={"n_layers": 1}, training={"batch_size": 32}, split={"held_out": 0.0})
    """one layer; nothing is held out, for of some lengths there is one prefix only"""

    def __init__(self, letters: int = 3, length: int = 16) -> None:
        reasons = unfit_language(length)
        if not 1 <= letters <= len(ascii_lowercase):
            reasons.append(Reason("letters", f"{letters} is not between 1 and 26"))
        if reasons:
            raise TaskError("there is no such runs-of-letters task", reasons)
        self.letters, self.length = letters, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"letters": self.letters, "length": self.length}

    @cached_property
    def automaton(self) -> Automaton:
        letters = tuple(ascii_lowercase[: self.letters])

        def step(run: int, symbol: str) -> int | None:
            """The run that a text is in, from 1; 0 before the first."""
            wanted = letters.index(symbol) + 1
            return wanted if wanted in (run, run + 1) else None

        return automaton_of(letters, 0, step, lambda run: run == len(letters))
