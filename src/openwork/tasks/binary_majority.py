"""Are there more 1 than 0? Bits of several lengths, without ties; and several such questions, interleaved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.contract import Tokens
from openwork.tasks.learned import learned_with
from openwork.tasks.word_questions import WordQuestions

BITS = ("0", "1")
State = tuple[int, ...]


class BinaryMajority(WordQuestions):
    """At most `length` bits, dealt out to `strings` strings in turn; the answer is each string's more frequent bit.

    All strings of a question are equally long, and none has as many 0 as 1. Of one string the answer ends the text; of
    several `<eos>` does.

    Raises:
        TaskError: for fewer than 1 or more than 4 strings, or a length in which no question fits.
    """

    name = "binary-majority"
    summary = "say which bit is the more frequent one, in each of the strings that take turns"
    learned = learned_with(model={"n_layers": 1}, training={"batch_size": 32})

    def __init__(self, strings: int = 1, length: int = 9) -> None:
        reasons = []
        if not 1 <= strings <= 4:
            reasons.append(Reason("strings", f"{strings} is not between 1 and 4"))
        elif not strings <= length <= 200:
            reasons.append(Reason("length", f"{length} is not between {strings} and 200"))
        if reasons:
            raise TaskError("there is no such binary-majority task", reasons)
        self.strings, self.length = strings, length
        self.shortest, self.ends_with_eos = strings, strings > 1

    @property
    def params(self) -> Mapping[str, int]:
        return {"strings": self.strings, "length": self.length}

    @property
    def most_answers(self) -> int:
        return self.strings

    @cached_property
    def automaton(self) -> Automaton:
        def step(state: State, bit: str) -> State:
            """Whose turn it is, and how many more 1 than 0 each string has."""
            turn, *ahead = state
            ahead[turn] += 1 if bit == "1" else -1
            return ((turn + 1) % self.strings, *ahead)

        def is_word(state: State) -> bool:
            return state[0] == 0 and all(state[1:])

        return automaton_of(BITS, (0,) * (self.strings + 1), step, is_word, longest=self.length)

    def written(self, questions: Tokens) -> Tokens:
        ahead = np.select([questions == 1, questions == 0], [1, -1], 0)
        strings = [ahead[:, turn :: self.strings].sum(axis=1) for turn in range(self.strings)]
        answers: Tokens = (np.stack(strings, axis=1) > 0).astype(np.int32)
        return answers
