"""Automata: the states that a model's answers to all prefixes tell apart, and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openwork.programs.language import STATES

AHEAD = 6
"""further symbols on which two prefixes are compared"""
Prefix = tuple[int, ...]


def inferred(answers: Mapping[Prefix, int], symbols: Sequence[int]) -> tuple[tuple[int, ...], ...] | None:
    """Steps as `Scan` has them: a state, a symbol and the state after it, without those that stay; None where more than
    `STATES` are told apart. State 0 is that of the empty prefix.

    Two prefixes are in one state where whatever follows is answered alike, as far as both were asked.

    Args:
        answers: to each prefix.
        symbols: that prefixes are made of.
    """
    if () not in answers:
        return None
    states: list[Prefix] = [()]
    steps = []
    for number, state in enumerate(states):
        for symbol in symbols:
            after = (*state, symbol)
            if after not in answers:
                continue
            found = next((n for n, other in enumerate(states) if _alike(answers, symbols, after, other, AHEAD)), None)
            if found is None:
                if len(states) == STATES:
                    return None
                found = len(states)
                states.append(after)
            if found != number:
                steps.append((number, symbol, found))
    return tuple(steps)


def _alike(answers: Mapping[Prefix, int], symbols: Sequence[int], one: Prefix, other: Prefix, ahead: int) -> bool:
    if answers[one] != answers[other]:
        return False
    if not ahead:
        return True
    pairs = (((*one, symbol), (*other, symbol)) for symbol in symbols)
    return all(_alike(answers, symbols, a, b, ahead - 1) for a, b in pairs if a in answers and b in answers)
