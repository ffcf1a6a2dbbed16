"""Which questions a box really holds: what of a box no question has at its place is taken out, and what is left is
counted.

An answer that is shown hangs on the numbers before it. So a box in which these are divided holds sets of symbols that
no question has together, and bounds of those say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openwork.proofs.sets.boxes import Boxes, counted, joined
from openwork.proofs.sets.listed_cases import MOST_LISTED
from openwork.tasks import Task, Tokens

Narrow = Callable[[Boxes], Boxes]
"""the same questions in boxes as small as they can be; boxes without a question are left out"""
AT_ONCE = 2**12
"""boxes that a task is asked about at once"""


def narrowing(task: Task) -> Narrow:
    """As the task says it; else from its listed questions, where they can be listed; else by counting variables."""
    size = task.domain_size
    if task.narrowed(np.ones((1, task.n_pos, len(task.vocabulary)), bool)) is not None:
        return partial(_as_told, task)
    if size is not None and size <= MOST_LISTED:
        return partial(_as_listed, _Questions.of(task))
    return partial(_as_many_values, task)


def _as_told(task: Task, boxes: Boxes) -> Boxes:
    parts = [boxes.take(np.arange(0))]
    for start in range(0, len(boxes), AT_ONCE):
        some = boxes.take(np.arange(start, min(start + AT_ONCE, len(boxes))))
        told = task.narrowed(some.allowed)
        assert told is not None
        parts.append(_with_counts(some, told[0], list(told[1])))
    return joined(parts)


def _as_many_values(task: Task, boxes: Boxes) -> Boxes:
    """No more questions lie in a box than its variables have values in it."""
    return _with_counts(boxes, boxes.allowed, boxes.sizes([v.position for v in task.variables]))


def _as_listed(questions: _Questions, boxes: Boxes) -> Boxes:
    allowed, counts = np.zeros_like(boxes.allowed), []
    for number, box in enumerate(boxes.allowed):
        rows = questions.inside(box)
        counts.append(len(rows))
        allowed[number, np.arange(box.shape[0]), questions.tokens[rows]] = True
    return _with_counts(boxes, allowed, counts)


def _with_counts(boxes: Boxes, allowed: NDArray[np.bool_], counts: list[int]) -> Boxes:
    """A box may hold questions that lie in another case too, and were counted there."""
    fewer = [min(before, own) for before, own in zip(boxes.counts.tolist(), counts, strict=True)]
    return Boxes(allowed, boxes.answers, counted(fewer)).take(np.array([n > 0 for n in counts], bool))


@dataclass(frozen=True, eq=False)
class _Questions:
    """Every question of a task, to be found by what stands where.

    Attributes:
        tokens: `[question, pos]`.
        having: `[pos, symbol, byte]`, one bit for each question: whether it has the symbol there.
        present: `[pos, symbol]`, whether any has.
    """

    tokens: Tokens
    having: NDArray[np.uint8]
    present: NDArray[np.bool_]

    @classmethod
    def of(cls, task: Task) -> _Questions:
        tokens = task.tokens(task.questions(np.arange(task.domain_size or 0, dtype=np.int64)))
        symbols = np.arange(len(task.vocabulary))
        having = np.stack([np.packbits(tokens[:, at] == symbols[:, None], axis=1) for at in range(tokens.shape[1])])
        return cls(tokens, having, np.asarray(having.any(-1)))

    def inside(self, box: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The numbers of the questions in one box, `[pos, symbol]`."""
        found = np.full(self.having.shape[-1], 255, np.uint8)
        for at in np.flatnonzero((self.present & ~box).any(-1)):
            found &= np.bitwise_or.reduce(self.having[at, box[at]], axis=0)
        return np.flatnonzero(np.unpackbits(found, count=len(self.tokens)))
