"""Are the brackets balanced? One answer, at the start; questions of every length, padded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Draws, Task, Tokens, Variable
from openwork.tasks.numbering import Numbers
from openwork.tasks.vocabulary import Vocabulary

START, PAD, END, OPEN, CLOSE = range(5)


class BalancedBrackets(Task):
    """1 to `length` brackets; the sequence is `start b[0..n] pad ...`, where `b` is brackets and then `end`.

    The answer is wanted at `start`, so a model must look ahead. A variable is pad, end, or one of the brackets; a row
    is a question where brackets are followed by one end, and that by pads only. Questions are numbered by length and
    then lexicographically, an opening bracket first. Turning a bracket is the only change that one variable allows.

    Raises:
        TaskError: for a length below 2.
    """

    name = "balanced-brackets"
    summary = "say whether every bracket has its partner"
    sampling = (
        "half are balanced, of every even length alike; a sixth are such texts with one bracket turned, a sixth have "
        "their brackets in any order, a sixth are any brackets of any length"
    )
    attention_dir = "bidirectional"
    pad_token = PAD

    def __init__(self, length: int = 40) -> None:
        if not 2 <= length <= 1000:
            reason = Reason("length", f"{length} is not between 2 and 1000")
            raise TaskError("there is no such balanced-brackets task", reason)
        self.length = length

    @property
    def params(self) -> Mapping[str, int]:
        return {"length": self.length}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(("start", "pad", "end", "(", ")"))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return Vocabulary(("no", "yes"))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"b[{i}]", 4, 1 + i) for i in range(self.length + 1))

    @property
    def n_pos(self) -> int:
        return self.length + 2

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return (0,)

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("balanced",)

    @cached_property
    def roles(self) -> Mapping[str, int]:
        return {"start": 0} | {v.name: v.position for v in self.variables} | {"predicts balanced": 0}

    @property
    def domain_size(self) -> int:
        return int(2 ** (self.length + 1) - 2)

    def valid(self, questions: Tokens) -> NDArray[np.bool_]:
        ends = questions + 1 == END
        before = np.arange(questions.shape[1]) < ends.argmax(axis=1)[:, None]
        brackets = questions + 1 >= OPEN
        valid: NDArray[np.bool_] = (ends.sum(axis=1) == 1) & (brackets == before).all(axis=1) & ~ends[:, 0]
        return valid

    def questions(self, numbers: Numbers) -> Tokens:
        texts = np.zeros((len(numbers), self.length), bool)
        lengths = np.zeros(len(numbers), np.int64)
        for row, number in enumerate(numbers.tolist()):
            lengths[row] = (number + 2).bit_length() - 1
            texts[row, : lengths[row]] = [bit == "1" for bit in bin(number + 2)[3:]]
        return self._laid_out(~texts, lengths)

    def numbers(self, questions: Tokens) -> Numbers:
        total = np.ones(len(questions), object if self.length >= 62 else np.int64)
        for column in range(self.length):
            bracket = questions[:, column] + 1
            total = np.where(bracket >= OPEN, 2 * total + (bracket == CLOSE), total)
        return total - 2

    def tokens(self, questions: Tokens) -> Tokens:
        return np.pad(questions + 1, ((0, 0), (1, 0)), constant_values=START).astype(np.int32)

    def answers(self, questions: Tokens) -> Tokens:
        steps = np.where(questions + 1 == OPEN, 1, np.where(questions + 1 == CLOSE, -1, 0))
        heights = steps.cumsum(axis=1)
        right: Tokens = ((heights[:, -1] == 0) & (heights.min(axis=1) >= 0)).astype(np.int32)[:, None]
        return right

    def deciding_variable(self, output: str) -> str | None:
        return None

    def sample(self, draws: Draws, n: int) -> Tokens:
        pairs = 1 + draws.integers(self.length // 2, n)
        kind = draws.integers(6, n)
        texts = _balanced(draws.uniform(n, 2 * (self.length // 2) + 1), pairs)
        turned, at = kind == 3, (draws.uniform(n) * 2 * pairs).astype(np.int64)
        texts[turned, at[turned]] ^= True
        # As many of each in any order: the brackets of a balanced text, shuffled.
        keys, inside = draws.uniform(*texts.shape), np.arange(texts.shape[1]) < 2 * pairs[:, None]
        order = np.where(inside, keys, 1.0).argsort(axis=1, kind="stable")
        texts[kind == 4] = np.take_along_axis(texts, order, axis=1)[kind == 4]
        anything = kind == 5
        lengths = np.where(anything, 1 + draws.integers(self.length, n), 2 * pairs)
        free = draws.integers(2, n, self.length).astype(bool)
        texts = np.pad(texts, ((0, 0), (0, self.length - texts.shape[1] + 1)))[:, : self.length]
        texts[anything] = free[anything]
        return self._laid_out(texts, lengths)

    def _laid_out(self, opening: NDArray[np.bool_], lengths: NDArray[np.int64]) -> Tokens:
        """Texts `[input, bracket]` of these lengths as questions."""
        place = np.arange(self.length + 1)
        opening = np.pad(opening, ((0, 0), (0, 1)))
        token = np.where(opening, OPEN, CLOSE)
        token = np.where(place < lengths[:, None], token, np.where(place == lengths[:, None], END, PAD))
        return (token - 1).astype(np.int32)


def _balanced(keys: NDArray[np.float64], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A balanced text of so many pairs for each row, all equally likely: `[input, bracket]`, true where it opens.

    Of one more closing than opening brackets in any order, exactly one rotation has a balanced text and then the last
    closing one (the cycle lemma). `keys` are random numbers, `[input, 2 x most pairs + 1]`.
    """
    width = keys.shape[1]
    columns = np.arange(width)
    steps = 2 * pairs[:, None] + 1
    rank = np.where(columns < steps, keys, 1.0).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    opening = rank < pairs[:, None]
    heights = np.where(columns < steps, np.where(opening, 1, -1).cumsum(axis=1), width)
    start = heights.argmin(axis=1)[:, None] + 1
    rotated = np.take_along_axis(opening, (columns + start) % steps, axis=1)
    return rotated[:, : width - 1] & (columns[: width - 1] < 2 * pairs[:, None])
