"""Inputs that speak against a claim, as lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context

MOST = 10


def question(context: Context, row: int) -> str:
    """An input in words: `x = 0 1 2 3`, or its variables one by one where their names have nothing in common."""
    task, tokens = context.task, context.subject.inputs.tokens[row]
    symbols = [task.vocabulary.symbols[int(tokens[v.position])] for v in task.variables]
    stems = {v.name.partition("[")[0] for v in task.variables}
    if len(stems) == 1:
        return f"{stems.pop()} = {' '.join(symbols)}"
    return ", ".join(f"{v.name} = {s}" for v, s in zip(task.variables, symbols, strict=True))


def symbol(context: Context, token: int) -> str:
    """An answer as it is written; `a tie` where there is none."""
    return context.task.answer_vocabulary.symbols[int(token)] if token >= 0 else "a tie"


def wrong_answers(
    context: Context, found: NDArray[np.int16], outputs: Iterable[int], said: str = "the model says"
) -> tuple[str, ...]:
    """Up to ten inputs where `found` (`[input, graded]`) is wrong at one of these outputs, taken from each in turn."""
    answers, names = context.subject.inputs.answers, context.task.outputs

    def lines(output: int) -> Iterator[str]:
        for row in np.flatnonzero(found[:, output] != answers[:, output])[:MOST]:
            right, got = symbol(context, answers[row, output]), symbol(context, found[row, output])
            yield f"{question(context, int(row))}: {names[output]} should be {right}, {said} {got}"

    return in_turn([list(lines(output)) for output in outputs])


def in_turn(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first of each list, then the second of each, and so on; ten at most."""
    merged = chain.from_iterable(zip_longest(*lines))
    return tuple(line for line in merged if line is not None)[:MOST]
