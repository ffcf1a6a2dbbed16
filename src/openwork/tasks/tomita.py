"""Tomita's seven languages of 0 and 1, which automata are learned on since 1982."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of
from openwork.tasks.learned import learned_with
from openwork.tasks.prefixes import Language, unfit_language

Step = Callable[[int, str], int | None]


def _all_ones(state: int, symbol: str) -> int | None:
    return 0 if symbol == "1" else None


def _ten_repeated(state: int, symbol: str) -> int | None:
    return 1 - state if symbol == "10"[state] else None


def _no_odd_ones_then_odd_zeros(state: int, symbol: str) -> int | None:
    """0: no run of ones is odd; 1: this one is so far; 2 and 3: zeros after an odd run of ones, odd and even."""
    if symbol == "1":
        return {0: 1, 1: 0, 2: None, 3: 1}[state]
    return {0: 0, 1: 2, 2: 3, 3: 2}[state]


def _no_three_zeros(state: int, symbol: str) -> int | None:
    return 0 if symbol == "1" else state + 1 if state < 2 else None


def _both_even(state: int, symbol: str) -> int | None:
    return state ^ (1 if symbol == "0" else 2)


def _difference_of_three(state: int, symbol: str) -> int | None:
    return (state + (1 if symbol == "0" else -1)) % 3


def _four_runs(state: int, symbol: str) -> int | None:
    """0*1*0*1*: the run that this is in."""
    after = state if symbol == "01"[state % 2] else state + 1
    return after if after < 4 else None


LANGUAGES: Mapping[int, tuple[str, Step, frozenset[int]]] = {
    1: ("1*", _all_ones, frozenset({0})),
    2: ("(10)*", _ten_repeated, frozenset({0})),
    3: ("no odd run of 1 and then an odd run of 0", _no_odd_ones_then_odd_zeros, frozenset({0, 1, 3})),
    4: ("no 000", _no_three_zeros, frozenset({0, 1, 2})),
    5: ("evenly many 0 and evenly many 1", _both_even, frozenset({0})),
    6: ("as many 0 as 1, modulo 3", _difference_of_three, frozenset({0})),
    7: ("0*1*0*1*", _four_runs, frozenset({0, 1, 2, 3})),
}
"""by number: what it is, its automaton's steps from state 0, and the states where a word ends"""

COUNTING = frozenset({3, 5, 6})
"""those that count modulo 2 or 3, which is as hard to learn as parity"""
COUNTED = learned_with(
    model={"n_layers": 1, "n_heads": 4, "d_head": 8, "d_mlp": 256},
    training={"epochs": 300, "lr": 0.0005, "batch_size": 32},
    split={"held_out": 0.0},
)


class Tomita(Language):
    """Language `number` of Tomita (1982).

    Raises:
        TaskError: for a number outside 1 to 7, or a length that cannot be.
    """

    name = "tomita"
    summary = "say which of 0 and 1 may follow in one of Tomita's seven languages, and whether the text may end"
    learned = learned_with(model={"n_layers": 1}, training={"batch_size": 32}, split={"held_out": 0.0})
    """one layer; nothing is held out, for of some lengths there is one prefix only"""

    def __init__(self, number: int = 4, length: int = 10) -> None:
        reasons = unfit_language(length)
        if number not in LANGUAGES:
            which = "; ".join(f"{n} is {what}" for n, (what, _, _) in LANGUAGES.items())
            reasons.append(Reason("number", f"{number} is not between 1 and 7", which))
        if reasons:
            raise TaskError("there is no such tomita task", reasons)
        self.number, self.length = number, length
        if number in COUNTING and self.learned is Tomita.learned:
            self.learned = COUNTED

    @property
    def params(self) -> Mapping[str, int]:
        return {"number": self.number, "length": self.length}

    @cached_property
    def automaton(self) -> Automaton:
        _, step, words = LANGUAGES[self.number]
        return automaton_of(("0", "1"), 0, step, words.__contains__)
