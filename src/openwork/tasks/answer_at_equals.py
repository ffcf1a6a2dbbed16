"""Questions that end in `=`, where the one answer is wanted: what the tasks of algebra share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.tasks.contract import Task, Tokens, Variable
from openwork.tasks.vocabulary import Vocabulary


class AnswerAtEquals(Task):
    """Variables that all take the same values, one token each, and then `=`, which is the only graded position.

    A subclass says what the variables are called (`names`), which values they take (`symbols`), what the answer is
    called (`output`) and what is right (`answers`). The model never answers `=`: answers are the same values unless
    `answer_vocabulary` is overridden. No variable decides the answer alone unless `deciding_variable` is overridden.
    """

    output: str
    """what the answer is called"""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The variables, in the order of their tokens."""

    @property
    @abstractmethod
    def symbols(self) -> tuple[str, ...]:
        """The values of every variable, as a person reads them; token id `i` is `symbols[i]`."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*self.symbols, "="))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(self.symbols)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(name, len(self.symbols), i) for i, name in enumerate(self.names))

    @property
    def n_pos(self) -> int:
        return len(self.names) + 1

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return (self.n_pos - 1,)

    @property
    def outputs(self) -> tuple[str, ...]:
        return (self.output,)

    @cached_property
    def roles(self) -> Mapping[str, int]:
        last = self.n_pos - 1
        return {v.name: v.position for v in self.variables} | {"=": last, f"predicts {self.output}": last}

    def tokens(self, questions: Tokens) -> Tokens:
        return np.pad(questions, ((0, 0), (0, 1)), constant_values=len(self.symbols)).astype(np.int32)

    def deciding_variable(self, output: str) -> str | None:
        return None
