"""Tasks of several lengths: a question, `<sep>`, its answer, and `<eos>` where the answer ends.

The sequence is `<bos> question <sep> answer`, as if the answer was written so far (teacher-forced). A task of this kind
says with which symbols it is written (`symbols`), how long questions and answers are at most (`length`, `most_answers`)
and what is right (`written`); and which questions there are, most simply by `texts`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.tasks.contract import UNASKED, Task, Tokens, Variable
from openwork.tasks.prefixes import BOS, EOS, PAD, SEP, SPECIAL
from openwork.tasks.vocabulary import Vocabulary


class Separated(Task):
    """`next[i]` is the symbol after position `i`, asked from `<sep>` on. Variables are `x[0..length-1]`."""

    length: int
    shortest: int = 1
    varying = True
    ends_with_eos: bool = True
    """whether `<eos>` is wanted after the answer"""

    @property
    @abstractmethod
    def symbols(self) -> tuple[str, ...]:
        """What questions and answers are written with."""

    @property
    @abstractmethod
    def most_answers(self) -> int:
        """How many symbols an answer has at most."""

    @abstractmethod
    def written(self, questions: Tokens) -> Tokens:
        """The answers, `[input, variable] -> [input, most_answers]`; `len(symbols)` where an answer has ended."""

    @property
    def end(self) -> int:
        """What a variable says where a shorter question has ended."""
        return len(self.symbols)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*self.symbols, *SPECIAL))

    @property
    def pad_token(self) -> int:  # type: ignore[override]
        return self.end + SPECIAL.index(PAD)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x[{i}]", self.end + 1, 1 + i) for i in range(self.length))

    @property
    def end_token(self) -> int | None:
        return self.end + SPECIAL.index(EOS) if self.ends_with_eos else None

    @property
    def writes_answers(self) -> bool:
        return True

    @property
    def n_pos(self) -> int:
        return 1 + self.length + self.most_answers + self.ends_with_eos

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(1 + self.shortest, self.n_pos))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"next[{i}]" for i in self.graded)

    @cached_property
    def roles(self) -> Mapping[str, int]:
        seen = {BOS: 0} | {v.name: v.position for v in self.variables}
        return seen | {f"predicts next[{at}]": at for at in self.graded}

    def tokens(self, questions: Tokens) -> Tokens:
        return self._sequences(questions)[:, :-1]

    def answers(self, questions: Tokens) -> Tokens:
        sequences, length = self._sequences(questions), (questions < self.end).sum(axis=1)
        following = sequences[:, [at + 1 for at in self.graded]]
        asked = np.array(self.graded) > length[:, None]
        answers: Tokens = np.where(asked & (following != self.pad_token), following, UNASKED).astype(np.int32)
        return answers

    def _sequences(self, questions: Tokens) -> Tokens:
        """The whole of it, `<eos>` included, padded: `[input, variable] -> [input, n_pos + 1]`."""
        special = {symbol: self.end + place for place, symbol in enumerate(SPECIAL)}
        rows = np.arange(len(questions))
        answers = self.written(questions)
        length, most = (questions < self.end).sum(axis=1), (answers < self.end).sum(axis=1)
        whole = np.full((len(questions), self.n_pos + 1), special[PAD], np.int32)
        whole[:, 0] = special[BOS]
        for place in range(self.length):
            here = place < length
            whole[here, 1 + place] = questions[here, place]
        whole[rows, 1 + length] = special[SEP]
        for place in range(self.most_answers):
            here = place < most
            whole[rows[here], 2 + length[here] + place] = answers[here, place]
        if self.ends_with_eos:
            whole[rows, 2 + length + most] = special[EOS]
        return whole

    def question_symbols(self, question: Tokens) -> tuple[str, ...]:
        return tuple(self.symbols[value] for value in question if value < self.end)

    def deciding_variable(self, output: str) -> str | None:
        return None
