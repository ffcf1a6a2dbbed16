"""A Python function with too many questions to ask it all: it is asked what is drawn, and that says its symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.contract import Tokens
from openwork.tasks.function_table import MOST_TOLD, Asking, answer_order, symbols_of, told

ASKED_FIRST = 2048
"""drawn questions whose answers say which symbols there are"""
Answer = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AskedAsNeeded:
    """Answers by question, each asked once.

    Attributes:
        symbols: what answers are written with.
        several: whether the function returns a list.
        width: how many symbols an answer has.
        asking: the function's call for one question.
    """

    symbols: tuple[str, ...]
    several: bool
    width: int
    asking: Asking
    known: dict[bytes, Answer] = field(default_factory=dict, repr=False)

    def ids(self, rows: Tokens) -> Tokens:
        """`[input, variable] -> [input, output]`, places in `symbols`.

        Raises:
            TaskError: the function raises, or answers with a symbol or a length that it had not before; by question.
        """
        at = {symbol: place for place, symbol in enumerate(self.symbols)}
        found, reasons = np.zeros((len(rows), self.width), np.int32), []
        for number, row in enumerate(rows):
            answer, said, wrong = _answer(self.asking, row, self.known)
            strange = [symbol for symbol in answer if symbol not in at]
            if strange:
                wrong = f"is answered {strange[0]}, which no question that was drawn first has"
            elif not wrong and len(answer) != self.width:
                wrong = f"has {len(answer)} answers, and others have {self.width}"
            if wrong:
                reasons.append(Reason(said, wrong, "say all symbols: @openwork.task(answers=[...])" if strange else ""))
                if len(reasons) == MOST_TOLD:
                    break
            else:
                found[number] = [at[symbol] for symbol in answer]
        if reasons:
            raise TaskError("the task cannot be computed", reasons)
        return found


def asked_as_needed(
    rows: Tokens, asking: Asking, answers: Sequence[str] | None, questions: Sequence[str]
) -> AskedAsNeeded:
    """What these drawn questions, `[input, variable]`, say of the function.

    `answers` are the symbols of answers where they are given; else those that were seen, and where an answer is a list
    those of `questions` too.

    Raises:
        TaskError: the function raises, returns no answers of one length, or others the next time; with the questions.
    """
    known: dict[bytes, Answer] = {}
    reasons: list[Reason] = []
    for row in rows:
        answer, said, wrong = _answer(asking, row, known)
        again = wrong or _again(asking, row, answer)
        if again:
            reasons.append(Reason(said, again))
            if len(reasons) == MOST_TOLD:
                break
    widths = {len(answer) for answer in known.values()}
    if not reasons and len(widths) > 1:
        reasons.append(Reason("answers", f"have {min(widths)} to {max(widths)} symbols", "return as many for each"))
    if reasons:
        raise TaskError("the task cannot be computed", reasons)
    symbols = tuple(sorted({s for answer in known.values() for s in answer}, key=answer_order))
    several = symbols_of(asking(tuple(map(int, rows[0])))[0]())[1]
    seen = tuple(dict.fromkeys((*questions, *symbols))) if several else symbols
    given = seen if answers is None else tuple(answers)
    return AskedAsNeeded(given, several, widths.pop(), asking, known)


def _answer(asking: Asking, row: Tokens, known: dict[bytes, Answer]) -> tuple[Answer, str, str]:
    """The answer, the question in words, and what is wrong."""
    key = row.tobytes()
    call, said = asking(tuple(map(int, row)))
    if key not in known:
        try:
            known[key] = symbols_of(call())[0]
        except (Exception, SystemExit) as error:
            return (), said, told(error)
    return known[key], said, ""


def _again(asking: Asking, row: Tokens, answer: Answer) -> str:
    call: Callable[[], object] = asking(tuple(map(int, row)))[0]
    again = symbols_of(call())[0]
    if again == answer:
        return ""
    return f"is answered {' '.join(answer)}, and then {' '.join(again)}"


class FirstDraws:
    """Random choices (`openwork.tasks.Draws`) for the questions drawn first, whatever seed is asked for later."""

    def __init__(self) -> None:
        self._words = np.random.PCG64(np.random.SeedSequence([ASKED_FIRST]))

    def integers(self, below: int, *shape: int) -> NDArray[np.int64]:
        """Whole numbers in 0 .. `below`-1."""
        words = self._words.random_raw(prod(shape)) >> np.uint64(1)
        return (words % np.uint64(below)).astype(np.int64).reshape(shape)

    def uniform(self, *shape: int) -> NDArray[np.float64]:
        """Numbers strictly between 0 and 1."""
        words = self._words.random_raw(prod(shape)) >> np.uint64(12)
        return ((words.astype(np.float64) + 0.5) * 2.0**-52).reshape(shape)
