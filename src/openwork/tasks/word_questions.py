"""Questions that are the words of an automaton: counted, numbered and drawn by it."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property

from openwork.tasks.automaton import Automaton
from openwork.tasks.separated import Separated
from openwork.tasks.text_questions import TextQuestions
from openwork.tasks.texts import Texts


class WordQuestions(TextQuestions, Separated):
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
