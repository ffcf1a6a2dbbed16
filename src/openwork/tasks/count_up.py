"""Counting: from one number to another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.word_questions import WordQuestions


class CountUp(WordQuestions):
    """Two of the first `numbers` numbers, the smaller first; the answer is all numbers from one to the other.

    An answer has at most `most` numbers, both included.

    Raises:
        TaskError: for fewer than 2 or more than 1,000 numbers, or a `most` that is not between 2 and them.
    """

    name = "count-up"
    summary = "count from one number to another"
    learned = learned_with(model={"n_layers": 1}, training={"batch_size": 16})

    def __init__(self, numbers: int = 20, most: int = 10) -> None:
        reasons = []
        if not 2 <= numbers <= 1000:
            reasons.append(Reason("numbers", f"{numbers} is not between 2 and 1000"))
        elif not 2 <= most <= numbers:
            reasons.append(Reason("most", f"{most} is not between 2 and {numbers}"))
        if reasons:
            raise TaskError("there is no such count-up task", reasons)
        self.numbers_counted, self.most = numbers, most
        self.length = self.shortest = 2

    @property
    def params(self) -> Mapping[str, int]:
        return {"numbers": self.numbers_counted, "most": self.most}

    @property
    def most_answers(self) -> int:
        return self.most

    @cached_property
    def automaton(self) -> Automaton:
        def step(first: int, symbol: str) -> int | None:
            """The first number; before it -1, and after the second one what is no number."""
            if first == -1:
                return int(symbol)
            return self.numbers_counted if first < int(symbol) < min(first + self.most, self.numbers_counted) else None

        symbols = tuple(map(str, range(self.numbers_counted)))
        return automaton_of(symbols, -1, step, lambda first: first == self.numbers_counted)

    def written(self, questions: Tokens) -> Tokens:
        counted = questions[:, :1] + np.arange(self.most, dtype=np.int32)
        answers: Tokens = np.where(counted <= questions[:, 1:], counted, self.end).astype(np.int32)
        return answers
