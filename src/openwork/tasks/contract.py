"""What a task is: the one contract that every task keeps and every later room relies on.

Words: a *question* is one row of variables (for "reverse and increment": eight digits). `tokens` is what the model
sees for it, teacher-forced; `answers` is what is right at each *graded* position. A *role* names a position.
The token of `y[i]` is predicted one position earlier, and both places have a name: `y[i]` and `predicts y[i]`.

Answers may be wanted at every position, at the end, at the start, or at some: `graded` says where. They may be symbols
that the model never sees (`answer_vocabulary`), or sets of symbols (`answer_kind`). Questions of several lengths end in
`pad_token`, and where one of them wants no answer its answer is `UNASKED`. A task whose variables
are not free of one another says which rows are questions (`valid`); one with too many questions to ask them all says
how to draw them (`sample`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from openwork.tasks.cases import Cases
from openwork.tasks.learned import Learned
from openwork.tasks.numbering import Numbers, columns_of, numbers_of
from openwork.tasks.old_name import OnceCarrier
from openwork.tasks.symbol_sets import set_text
from openwork.tasks.vocabulary import Vocabulary

Tokens = NDArray[np.int32]
"""ids or values, one row for each question; each use says what the columns are"""
UNASKED = -1
"""in place of an answer, where a question of a varying length wants none at that position"""


@dataclass(frozen=True)
class Variable:
    """One free choice in a question: `name` takes the values 0 .. `values`-1 and its token stands at `position`."""

    name: str
    values: int
    position: int


@dataclass(frozen=True)
class TaskFile:
    """The user's own Python file that a task was loaded from; or the cell of a notebook, which has no path."""

    path: str
    """absolute; empty where a function was made a task outside a task file"""
    digest: str
    """SHA-256 of its text, in hexadecimal; without a path, of every question and answer"""


class Draws(Protocol):
    """Random choices for a sampler, from a seed: the same on every machine (`openwork.data.randomness`)."""

    def integers(self, below: int, *shape: int) -> NDArray[np.int64]:
        """Whole numbers in 0 .. `below`-1, all equally likely."""

    def uniform(self, *shape: int) -> NDArray[np.float64]:
        """Numbers strictly between 0 and 1."""


class Task(OnceCarrier, ABC):
    """WHAT is computed. Subclasses are immutable; two tasks are the same when `name` and `params` are.

    Every question has a number. Where variables are free of one another, questions are numbered 0 .. `domain_size`-1 in
    lexicographic order of `variables`, the first varying slowest. A task whose variables are not free overrides `valid`
    and `domain_size`; and to be enumerated `questions` and `numbers` too, so that numbers have no gaps.
    """

    name: str
    summary: str
    attention_dir: Literal["causal", "bidirectional"] = "causal"
    """`bidirectional` where an answer is wanted before the model has seen what decides it"""
    pad_token: int | None = None
    """what fills up shorter questions; models of the task mask its keys"""
    sampling: str = "each question equally likely"
    """how `sample` draws, in a few words"""
    answer_kind: Literal["symbol", "set"] = "symbol"
    """`set` where an answer says of every symbol whether it may follow: then bit `i` of it stands for symbol `i`, and a
    model's answer holds the symbols whose logit is above 0 (`openwork.tasks.symbol_sets`)"""
    varying: bool = False
    """whether questions have several lengths: the last value of a variable then says that there is none, and the others
    are tokens of `vocabulary`"""
    file: TaskFile | None = None
    """where it was loaded from, for a task of the user's own"""
    learned: Learned | None = None
    """how it is learned, where it says so: fields of `model`, `training` and `split` that differ from the usual"""

    @property
    @abstractmethod
    def params(self) -> Mapping[str, int]:
        """The parameters that make this task what it is, for example base 4 and length 8."""

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
        """What is right: `[input, variable] -> [input, graded]`, ids in `answer_vocabulary`; see `answer_kind`.

        `UNASKED` where a question wants no answer; every question wants one.
        """

    @abstractmethod
    def deciding_variable(self, output: str) -> str | None:
        """The one variable that decides `output`, where there is one: `y[i]` of a reversal is decided by `x[n-1-i]`."""

    def cases(self, output: str) -> Cases | None:
        """The questions as `output` sees them, in sets that one answer each is right for; None where nobody has told.

        With it, a model is proved right on more questions than anybody can list ([proofs.md](proofs.md)). Few and large
        sets are best: what an answer does not depend on may be any symbol.
        """
        return None

    def narrowed(self, allowed: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Sequence[int]] | None:
        """Of sets of inputs, `[set, pos, symbol]`, as some symbols are allowed at each position: those that a question
        of the set really has there, and exactly how many questions are in each. None where nobody has told.

        For tasks whose `cases` hold positions that hang on others. A proof takes what is not here for impossible.
        """
        return None

    @property
    def domain_size(self) -> int | None:
        """How many questions there are, exactly; None where nobody has counted them, which must then be drawn."""
        return prod(self._radix)

    def valid(self, questions: Tokens) -> NDArray[np.bool_]:
        """Which rows are questions: `[input, variable] -> [input]`. All are, unless overridden."""
        return np.ones(len(questions), bool)

    def questions(self, numbers: Numbers) -> Tokens:
        """The questions with these numbers: `[input] -> [input, variable]`."""
        return columns_of(numbers, self._radix)

    def numbers(self, questions: Tokens) -> Numbers:
        """The numbers of these questions, Python integers where they need more than 63 bits: `questions` undone."""
        return numbers_of(questions, self._radix)

    def sample(self, draws: Draws, n: int) -> Tokens:
        """`n` questions drawn independently, `[input, variable]`; every one equally likely unless overridden."""
        columns = [draws.integers(values, n) for values in self._radix]
        return np.stack(columns, axis=-1).astype(np.int32)

    @property
    def end_token(self) -> int | None:
        """The symbol that ends an answer that a model writes by itself; None where its length is known."""
        return None

    @property
    def writes_answers(self) -> bool:
        """Whether a model can write its answers by itself: each but the last is the symbol that stands next, as it is
        where `roles` names the place of every output."""
        written = all(self.roles.get(name) == at + 1 for name, at in zip(self.outputs, self.graded[:-1], strict=False))
        alike = self.vocabulary.symbols[: len(self.answer_vocabulary)] == self.answer_vocabulary.symbols
        return self.answer_kind == "symbol" and len(self.outputs) > 1 and written and alike

    @property
    def one_symbol_each(self) -> bool:
        """Whether every question wants the same answers, one symbol each, as most analyses and claims need it."""
        return self.answer_kind == "symbol" and not self.varying

    def question_symbols(self, question: Tokens) -> tuple[str, ...]:
        """One question `[variable]` as a person reads it: the symbols of its variables, without pads."""
        seen = self.tokens(question[None])[0, [v.position for v in self.variables]]
        return tuple(self.vocabulary.symbols[token] for token in seen if token != self.pad_token)

    def answer_text(self, answer: int) -> str:
        """An answer as a person reads it: its symbol, or the set of them; empty where none is wanted."""
        if answer == UNASKED:
            return ""
        symbols = self.answer_vocabulary.symbols
        return set_text(answer, symbols) if self.answer_kind == "set" else symbols[answer]

    @property
    def _radix(self) -> tuple[int, ...]:
        return tuple(v.values for v in self.variables)

    @property
    def _digest(self) -> str:
        return "" if self.file is None else self.file.digest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Task):
            return False
        return (self.name, dict(self.params), self._digest) == (other.name, dict(other.params), other._digest)

    def __hash__(self) -> int:
        return hash((self.name, tuple(sorted(self.params.items()))))

    def __str__(self) -> str:
        inside = ", ".join(f"{k}={v}" for k, v in self.params.items())
        return f"{self.name}({inside})" if inside else self.name
