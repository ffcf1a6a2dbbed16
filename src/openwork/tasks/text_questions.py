"""Tasks whose questions are texts of an automaton: how many there are, which is which, and how one is drawn."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from openwork.tasks.contract import Draws, Task, Tokens
from openwork.tasks.numbering import Numbers
from openwork.tasks.texts import Texts


class TextQuestions(Task):
    """A task of this kind says its questions (`texts`); that they are counted, numbered and drawn follows."""

    @property
    @abstractmethod
    def texts(self) -> Texts:
        """The questions."""

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
