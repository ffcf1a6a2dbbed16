"""Questions that are the words of an automaton: counted, numbered and drawn by it."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.tasks.automaton import Automaton
from openwork.tasks.contract import Draws, Tokens
from openwork.tasks.numbering import Numbers
from openwork.tasks.separated import Separated
from openwork.tasks.texts import Texts


class WordQuestions(Separated):
    """A question is a word of `automaton`, of `shortest` to `length` symbols."""

    sampling = "every length alike, and every question of that length"

    @property
    @abstractmethod
    def automaton(self) -> Automaton:
        """Whose words are the questions."""

    @property
    def symbols(self) -> tuple[str, ...]:
        return self.automaton.symbols

    @cached_property
    def texts(self) -> Texts:
        """The questions."""
        return Texts(self.automaton, self.shortest, self.length, self.automaton.accepting)

    @property
    def domain_size(self) -> int:
        return self.texts.count

    def valid(self, questions: Tokens) -> NDArray[np.bool_]:
        return self.texts.valid(questions)

    def questions(self, numbers: Numbers) -> Tokens:
        return self.texts.rows(numbers)

    def numbers(self, questions: Tokens) -> Numbers:
        return self.texts.numbers(questions)

    def sample(self, draws: Draws, n: int) -> Tokens:
        return self.texts.sample(draws, n)
