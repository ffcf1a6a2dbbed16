"""What a task is: the one contract that every task keeps and every later room relies on.

Words: a *question* is one row of variables (for "reverse and increment": eight digits). `tokens` is what the model
sees for it, teacher-forced; `answers` is what is right at each *graded* position. A *role* names a position.
The token of `y[i]` is predicted one position earlier, and both places have a name: `y[i]` and `predicts y[i]`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.tasks.vocabulary import Vocabulary

Tokens = NDArray[np.int32]


@dataclass(frozen=True)
class Variable:
    """One free choice in a question: `name` takes the values 0 .. `values`-1 and its token stands at `position`."""

    name: str
    values: int
    position: int


class Task(ABC):
    """WHAT is computed. Subclasses are immutable; two tasks are the same when `name` and `params` are.

    Questions are numbered 0 .. `domain_size`-1 in lexicographic order of `variables`, the first varying slowest.
    """

    name: str
    summary: str

    @property
    @abstractmethod
    def params(self) -> Mapping[str, int]:
        """The parameters that make this task what it is, for example `{"base": 4, "length": 8}`."""

    @property
    @abstractmethod
    def vocabulary(self) -> Vocabulary:
        """Symbols of what the model sees; its length is `d_vocab`."""

    @property
    def answer_vocabulary(self) -> Vocabulary:
        """Symbols of what the model answers; its length is `d_vocab_out`. `vocabulary` unless overridden."""
        return self.vocabulary

    @property
    @abstractmethod
    def variables(self) -> tuple[Variable, ...]:
        """The free choices of a question, in the order of the columns of `questions`."""

    @property
    @abstractmethod
    def n_pos(self) -> int:
        """How many tokens the model sees."""

    @property
    @abstractmethod
    def n_ctx(self) -> int:
        """How many positions a model of this task has (TransformerLens' `n_ctx`), at least `n_pos`."""

    @property
    @abstractmethod
    def graded(self) -> tuple[int, ...]:
        """Positions whose prediction counts, ascending."""

    @property
    @abstractmethod
    def outputs(self) -> tuple[str, ...]:
        """The name of what is predicted at each graded position, for example `y[0]`."""

    @property
    @abstractmethod
    def roles(self) -> Mapping[str, int]:
        """Names of positions that the model sees; includes `predicts NAME` for every one of `outputs`."""

    @abstractmethod
    def tokens(self, questions: Tokens) -> Tokens:
        """What the model sees: `[input, variable] -> [input, pos]`."""

    @abstractmethod
    def answers(self, questions: Tokens) -> Tokens:
        """What is right: `[input, variable] -> [input, graded]`, ids in `answer_vocabulary`."""

    @abstractmethod
    def carrier(self, output: str) -> str | None:
        """The one variable that decides `output`, where there is one: `y[i]` of a reversal is decided by `x[n-1-i]`."""

    @property
    def domain_size(self) -> int:
        """How many questions there are."""
        return int(np.prod([v.values for v in self.variables], dtype=object))

    def questions(self, index: NDArray[np.int64]) -> Tokens:
        """The questions with these numbers: `[input] -> [input, variable]`."""
        radix = tuple(v.values for v in self.variables)
        return np.stack(np.unravel_index(index, radix), axis=-1).astype(np.int32)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Task) and (self.name, dict(self.params)) == (other.name, dict(other.params))

    def __hash__(self) -> int:
        return hash((self.name, tuple(sorted(self.params.items()))))

    def __str__(self) -> str:
        inside = ", ".join(f"{k}={v}" for k, v in self.params.items())
        return f"{self.name}({inside})" if inside else self.name
