"""Sums of binary numbers without leading zeros, of several lengths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.contract import Tokens
from openwork.tasks.word_questions import WordQuestions

PLUS = "+"
State = tuple[bool, int]


class BinaryAddition(WordQuestions):
    """`a + b` of two binary numbers of at most `bits` bits, the first bit most significant, without leading zeros.

    Raises:
        TaskError: for fewer than 1 or more than 62 bits.
    """

    name = "binary-addition"
    summary = "add two binary numbers of several lengths"

    def __init__(self, bits: int = 5) -> None:
        if not 1 <= bits <= 62:
            raise TaskError("there is no such binary-addition task", Reason("bits", f"{bits} is not between 1 and 62"))
        self.bits, self.length, self.shortest = bits, 2 * bits + 1, 3

    @property
    def params(self) -> Mapping[str, int]:
        return {"bits": self.bits}

    @property
    def most_answers(self) -> int:
        return self.bits + 1

    @cached_property
    def automaton(self) -> Automaton:
        full = self.bits

        def step(state: State, symbol: str) -> State | None:
            """Whether `+` was seen, and how many bits this number has; it is full at once where it begins with 0."""
            second, bits = state
            if symbol == PLUS:
                return None if second or not bits else (True, 0)
            return None if bits == full else (second, full if symbol == "0" and not bits else bits + 1)

        return automaton_of(("0", "1", PLUS), (False, 0), step, lambda state: state[0] and state[1] > 0)

    def written(self, questions: Tokens) -> Tokens:
        total = np.zeros(len(questions), np.int64)
        number = np.zeros(len(questions), np.int64)
        for column in questions.T:
            bit = column < 2
            total = np.where(column == 2, total + number, total)
            number = np.where(bit, 2 * number + column, np.where(column == 2, 0, number))
        total = total + number
        width = np.array([max(1, int(one).bit_length()) for one in total], np.int64)
        place = width[:, None] - 1 - np.arange(self.most_answers)
        bits = total[:, None] >> np.maximum(place, 0) & 1
        answers: Tokens = np.where(place >= 0, bits, self.end).astype(np.int32)
        return answers
