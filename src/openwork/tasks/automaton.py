"""A deterministic finite automaton over symbols: which texts there are, and what may follow one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError

MOST_STATES = 2**16
DEAD = -1
"""in place of a state where no word goes on"""
State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Automaton:
    """States 0 .. n-1, 0 the first; from every one of them a word's end can be reached.

    Attributes:
        symbols: what texts are written with.
        steps: `[state, symbol]`, the next state; `DEAD` where no word goes on so.
        accepting: `[state]`, whether the text that led here is a word.
    """

    symbols: tuple[str, ...]
    steps: NDArray[np.int32]
    accepting: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.steps)


def automaton_of(
    symbols: Sequence[str],
    start: State,
    step: Callable[[State, str], State | None],
    is_word: Callable[[State], bool],
    *,
    longest: int | None = None,
) -> Automaton:
    """The automaton whose states are what `step` makes of `start`, symbol by symbol; those that lead nowhere are cut.

    Args:
        symbols: what texts are written with.
        start: the state of the empty text; any value that can be hashed.
        step: the next state, or None where no word goes on with this symbol.
        is_word: whether a text that leads to this state is a word.
        longest: of the texts that are wanted, so that a counter needs no end of its own; longer ones may be lacking.

    Raises:
        TaskError: there is no word, or there are too many states.
    """
    numbers: dict[State, int] = {start: 0}
    waiting, rows = deque([(start, 0)]), []
    while waiting:
        state, length = waiting.popleft()
        row = []
        for symbol in symbols:
            after = step(state, symbol) if longest is None or length < longest else None
            if after is not None and after not in numbers:
                numbers[after] = len(numbers)
                waiting.append((after, length + 1))
            row.append(DEAD if after is None else numbers[after])
        rows.append(row)
        if len(numbers) > MOST_STATES:
            what = f"has more than {MOST_STATES:,} states"
            raise TaskError("the language is too large", Reason("step", what, "take a shorter length"))
    accepting = np.array([is_word(state) for state in numbers], bool)
    return trimmed(Automaton(tuple(symbols), np.array(rows, np.int32).reshape(len(rows), len(symbols)), accepting))


def trimmed(automaton: Automaton) -> Automaton:
    """Without the states from which no word's end can be reached; all of them must be reachable.

    Raises:
        TaskError: nothing is left.
    """
    alive = automaton.accepting.copy()
    while True:
        onward = alive | ((automaton.steps != DEAD) & alive[automaton.steps]).any(axis=1)
        if (onward == alive).all():
            break
        alive = onward
    if not alive[0]:
        raise TaskError("the language is empty", Reason("language", "has no word", "let some text end"))
    number = np.where(alive, alive.cumsum() - 1, DEAD).astype(np.int32)
    steps = np.where(automaton.steps == DEAD, DEAD, number[automaton.steps])[alive]
    return Automaton(automaton.symbols, steps, automaton.accepting[alive])
