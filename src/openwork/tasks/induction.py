"""Say what followed a letter the last time that it occurred: what induction heads are for.

The letters are random and repeat as chance has it, so what is asked for stands at another distance in every question.
No fixed offset always finds it, only the letter itself does; of the default size, the letter just before is right for
three answers in four that are a letter, any other offset for a third at most. An induction head does it in two steps:
a head of an earlier layer writes at each position which letter stood before it, and another looks for the position
that says the present one (Olsson et al., "In-context learning and induction heads", 2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from string import ascii_lowercase

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.at_every_position import AtEveryPosition
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.vocabulary import Vocabulary
from openwork.tasks.written_out import MOST_QUESTIONS

NEW = "-"


class Induction(AtEveryPosition):
    """`length` letters; `next[i]`, wanted at `x[i]`, is what followed the `x[i]` before, or `-` where it is new.

    Raises:
        TaskError: for fewer than 2 or more than 26 letters, a length below 2, or more than 2**31 questions.
    """

    name = "induction"
    stem = "next"
    summary = "say what followed this letter the last time, or - where it is new"
    learned = learned_with(
        model={"d_model": 16, "n_heads": 1, "d_head": 8, "attn_only": True, "d_mlp": 0},
        training={"epochs": 60, "lr": 0.004, "batch_size": 128},
    )
    """two layers of attention alone, the least for an induction head"""

    def __init__(self, letters: int = 4, length: int = 8) -> None:
        reasons = []
        if not 2 <= letters <= 26:
            reasons.append(Reason("letters", f"{letters} is not between 2 and 26"))
        if length < 2:
            reasons.append(Reason("length", f"{length} is below 2", "one letter has no earlier one"))
        if not reasons and letters**length > MOST_QUESTIONS:
            size = f"{letters}^{length} = {letters**length:,} questions"
            reasons.append(Reason("length", f"{size} are too many to enumerate", "at most 2^31"))
        if reasons:
            raise TaskError("there is no such induction task", reasons)
        self.letters, self.length = letters, length

    @property
    def params(self) -> Mapping[str, int]:
        return {"letters": self.letters, "length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(ascii_lowercase[: self.letters]))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary((*self.vocabulary.symbols, NEW))

    def answers(self, questions: Tokens) -> Tokens:
        followed = np.full((len(questions), self.letters), self.letters, np.int32)
        """by letter: what followed it the last time"""
        answers = np.empty(questions.shape, np.int32)
        row = np.arange(len(questions))
        for at in range(self.length):
            if at:
                followed[row, questions[:, at - 1]] = questions[:, at]
            answers[:, at] = followed[row, questions[:, at]]
        return answers

    def deciding_variable(self, output: str) -> str | None:
        return None
