"""A language that a function tells: asked once of every prefix up to a length, and kept as an automaton.

Prefixes after which the function tells the same, up to the length, are one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason
from openwork.tasks.automaton import DEAD, Automaton
from openwork.tasks.function_table import MOST_TOLD, told

MOST_PREFIXES = 2**20
ASKED_AGAIN = 500
END = "<eos>"
"""what `next_symbols` returns among the symbols where the text may end"""
Prefix = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Told:
    """What a function told of every prefix; or the reasons why it is no language.

    Attributes:
        automaton: of the prefixes up to the length; the last of them lead nowhere.
        members: `[state, symbol]`, which symbols may follow, and last whether the text may end.
    """

    automaton: Automaton
    members: NDArray[np.bool_]
    reasons: tuple[Reason, ...] = ()


def tree_of(symbols: tuple[str, ...], length: int, next_symbols: Callable[[Any], Any]) -> Told:
    """Asks for every prefix of up to `length` symbols, breadth first."""
    levels: list[list[Prefix]] = [[()]]
    answers: dict[Prefix, frozenset[int]] = {}
    reasons: list[Reason] = []
    while len(reasons) < MOST_TOLD and levels[-1]:
        following: list[Prefix] = []
        for prefix in levels[-1]:
            found, wrong = _asked(symbols, prefix, next_symbols)
            answers[prefix] = found
            reasons += wrong
            if len(levels) <= length:
                following += [(*prefix, symbol) for symbol in sorted(found) if symbol < len(symbols)]
            if len(reasons) >= MOST_TOLD:
                break
        if len(answers) + len(following) > MOST_PREFIXES:
            what = f"has more than {MOST_PREFIXES:,} prefixes up to {length} symbols"
            reasons.append(Reason("length", what, "take a shorter length, or say the language by a regular expression"))
            break
        levels.append(following)
    for prefix in islice(answers if not reasons else (), ASKED_AGAIN):
        if _asked(symbols, prefix, next_symbols)[0] != answers[prefix]:
            what = "is answered otherwise the second time"
            reasons.append(Reason(_said(symbols, prefix), what, "the answer must follow from the prefix alone"))
            break
    if reasons:
        nothing = Automaton(symbols, np.full((1, len(symbols)), DEAD, np.int32), np.ones(1, bool))
        return Told(nothing, np.zeros((1, len(symbols) + 1), bool), tuple(reasons[:MOST_TOLD]))
    return _merged(symbols, levels, answers)


def _merged(symbols: tuple[str, ...], levels: list[list[Prefix]], answers: dict[Prefix, frozenset[int]]) -> Told:
    """Prefixes of one level after which all is the same become one state, from the longest to the empty one."""
    rows: list[list[int]] = []
    allowed: list[frozenset[int]] = []
    known: dict[tuple[int, frozenset[int], tuple[int, ...]], int] = {}
    state: dict[Prefix, int] = {}
    for depth, level in reversed(list(enumerate(levels))):
        for prefix in level:
            onward = tuple(state.get((*prefix, symbol), DEAD) for symbol in range(len(symbols)))
            key = (depth, answers[prefix], onward)
            if key not in known:
                known[key] = len(rows)
                rows.append(list(onward))
                allowed.append(answers[prefix])
            state[prefix] = known[key]
    # The first state is 0, and it was found last.
    steps = np.array(rows, np.int32)[::-1]
    steps = np.where(steps == DEAD, DEAD, len(rows) - 1 - steps)
    members = np.array([[symbol in found for symbol in range(len(symbols) + 1)] for found in allowed], bool)[::-1]
    return Told(Automaton(symbols, steps.astype(np.int32), members[:, -1]), members)


def _asked(
    symbols: tuple[str, ...], prefix: Prefix, next_symbols: Callable[[Any], Any]
) -> tuple[frozenset[int], list[Reason]]:
    """What may follow, by number, the end being the last; and what is wrong with that."""
    words = [symbols[symbol] for symbol in prefix]
    given: Any = "".join(words) if all(len(symbol) == 1 for symbol in symbols) else tuple(words)
    try:
        answer = next_symbols(given)
    except (Exception, SystemExit) as error:
        return frozenset(), [Reason(_said(symbols, prefix), told(error))]
    places = {symbol: place for place, symbol in enumerate((*symbols, END))}
    if answer == END:
        answer = [END]
    if not isinstance(answer, Iterable):
        mend = f"return a text, list or set of symbols, with {END!r} where the text may end"
        return frozenset(), [Reason(_said(symbols, prefix), f"returns {answer!r}", mend)]
    found = list(answer)
    strange = [one for one in found if not isinstance(one, str) or one not in places]
    if strange:
        what = f"returns {strange[0]!r}, which is no symbol"
        return frozenset(), [Reason(_said(symbols, prefix), what, f"symbols are {' '.join(symbols)}, and {END!r}")]
    if not found:
        what = "allows nothing: no symbol may follow, and the text may not end"
        return frozenset(), [Reason(_said(symbols, prefix), what, f"return {END!r} where the text may end")]
    return frozenset(places[one] for one in found), []


def _said(symbols: tuple[str, ...], prefix: Prefix) -> str:
    return repr("".join(symbols[symbol] for symbol in prefix)) if prefix else "the empty prefix"
