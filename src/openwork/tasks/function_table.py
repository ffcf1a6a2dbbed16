"""A Python function asked every question once, and what is wrong with its answers, with the question."""

from __future__ import annotations

import operator
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np

from openwork.errors import Reason
from openwork.tasks.contract import Tokens

ASKED_AGAIN = 500
"""questions that are asked twice, to see whether the answer is a function of the question"""
MOST_TOLD = 3
Asking = Callable[[tuple[int, ...]], tuple[Callable[[], Any], str]]


@dataclass(frozen=True, eq=False)
class Table:
    """Every answer: `ids` are places in `symbols`, `[question, output]`; or the reasons why there are none."""

    symbols: tuple[str, ...]
    ids: Tokens
    several: bool
    """whether the function returns a list"""
    reasons: tuple[Reason, ...] = ()

    @property
    def width(self) -> int:
        """How many symbols an answer has."""
        return int(self.ids.shape[1])


@lru_cache(maxsize=16)
def _kept(owner: type, params: tuple[tuple[str, int], ...]) -> list[Table]:
    return []


def table_of(owner: type, params: tuple[tuple[str, int], ...], radix: tuple[int, ...], asking: Asking) -> Table:
    """The answers to every question of `radix`; kept for the next task with this owner and these parameters."""
    kept = _kept(owner, params)
    if not kept:
        kept.append(_asked(radix, asking))
    return kept[0]


def _asked(radix: tuple[int, ...], asking: Asking) -> Table:
    answers: list[tuple[str, ...]] = []
    reasons: list[Reason] = []
    shape, shaped_by = None, ""
    for row in product(*map(range, radix)):
        call, said = asking(row)
        try:
            symbols, several = symbols_of(call())
        except (Exception, SystemExit) as error:
            reasons.append(Reason(said, told(error)))
        else:
            shape, shaped_by = (shape, shaped_by) if shape else ((len(symbols), several), said)
            if shape != (len(symbols), several):
                what = f"has {len(symbols)} answers, and {shaped_by} has {shape[0]}"
                reasons.append(Reason(said, what, "return as many for every question"))
            answers.append(symbols)
        if len(reasons) >= MOST_TOLD:
            break
    if not reasons:
        reasons = _changing(radix, asking, answers)
    if reasons:
        return Table((), np.zeros((0, 0), np.int32), False, tuple(reasons))
    symbols = tuple(sorted({s for answer in answers for s in answer}, key=answer_order))
    at = {symbol: place for place, symbol in enumerate(symbols)}
    ids = np.array([[at[s] for s in answer] for answer in answers], np.int32)
    return Table(symbols, ids, bool(shape and shape[1]))


def _changing(radix: tuple[int, ...], asking: Asking, found: list[tuple[str, ...]]) -> list[Reason]:
    """Questions that are answered differently the second time."""
    reasons = []
    for number, row in islice(enumerate(product(*map(range, radix))), ASKED_AGAIN):
        call, said = asking(row)
        try:
            again = symbols_of(call())[0]
        except (Exception, SystemExit) as error:
            again = (told(error),)
        if again != found[number]:
            what = f"is answered {' '.join(found[number])}, and then {' '.join(again)}"
            reasons.append(Reason(said, what, "the answer must be a function of the question alone"))
    return reasons[:MOST_TOLD]


def symbols_of(answer: Any) -> tuple[tuple[str, ...], bool]:
    """The symbols of an answer, and whether it was a list."""
    several = isinstance(answer, list | tuple | np.ndarray)
    parts = list(answer) if several else [answer]
    if not parts:
        raise ValueError("returns an empty list: there is nothing to predict")
    return tuple(map(_symbol, parts)), several


def _symbol(part: Any) -> str:
    if isinstance(part, str) and part:
        if part == "=":
            raise ValueError("returns '=', which ends a question")
        return part
    if isinstance(part, bool | np.bool_):
        return "yes" if part else "no"
    if part is None:
        raise ValueError("returns nothing: it needs a `return` at the end of every way through")
    if isinstance(part, float) and part.is_integer():
        raise ValueError(f"returns {part!r}, which is no whole number: divide with //, or return int(...)")
    try:
        return str(operator.index(part))
    except TypeError:
        raise ValueError(f"returns {part!r}, which is neither a whole number, nor text, nor a list of them") from None


def answer_order(symbol: str) -> tuple[int, int, str]:
    number = symbol.removeprefix("-").isdecimal()
    return (0, int(symbol), "") if number else (1, 0, symbol)


def told(error: BaseException) -> str:
    """What a user's code raised, and in which of its own lines: not in which of a library that it calls."""
    here = str(Path(__file__).parent)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(here)]
    if not frames:
        return str(error)
    line = [frame.lineno for frame in frames if frame.filename == frames[0].filename][-1]
    return f"raises {type(error).__name__}: {error} (line {line})"
