"""Inputs that speak against a claim, each with a line that a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context
from openwork.claims.counterexample import Counterexample, Reading, Replay, Weight
from openwork.claims.verdict import Case
from openwork.tasks import UNASKED

MOST = 10
NOT_ANSWERS = {-1: "a tie", -2: "not a number"}
"""What stands for an answer where there is none: see the evidence that says so."""
Replaying = Callable[[Context, int, str], Replay]
"""How to run an input again, by its row and the output that went wrong."""


def question(context: Context, row: int) -> str:
    """An input in words: `x = 0 1 2 3`, or its variables one by one where their names have nothing in common."""
    task, tokens = context.task, context.subject.inputs.tokens[row]
    if task.varying:
        return " ".join(context.subject.texts(context.subject.inputs.take(np.array([row]))))
    shown = [v for v in task.variables if tokens[v.position] != task.pad_token]
    symbols = [task.vocabulary.symbols[int(tokens[v.position])] for v in shown]
    stems = {v.name.partition("[")[0] for v in task.variables}
    if len(stems) == 1:
        return f"{stems.pop()} = {' '.join(symbols)}"
    return ", ".join(f"{v.name} = {s}" for v, s in zip(shown, symbols, strict=True))


def symbol(context: Context, token: int) -> str:
    """An answer as it is written; `a tie` or `not a number` where there is none."""
    if token < 0:
        return NOT_ANSWERS[int(token)]
    return context.task.answer_text(int(token))


def unedited(context: Context, row: int, output: str = "", look: Weight | Reading | None = None) -> Replay:
    """The input as it is, and what to look at in it beside the answers."""
    return Replay(number(context, row), output=output, look=look)


def number(context: Context, row: int) -> int:
    """The number of an input's question in the task's domain."""
    return int(context.subject.inputs.index[row])


def wrong_answers(
    context: Context,
    found: NDArray[np.int16],
    outputs: Iterable[int],
    said: str = "the model says",
    replaying: Replaying = unedited,
) -> tuple[Counterexample, ...]:
    """Up to ten inputs where `found` (`[input, graded]`) is wrong at one of these outputs, taken from each in turn."""
    answers, names = context.subject.inputs.answers, context.task.outputs

    def examples(output: int) -> Iterator[Counterexample]:
        wrong = (found[:, output] != answers[:, output]) & (answers[:, output] != UNASKED)
        for row in map(int, np.flatnonzero(wrong)[:MOST]):
            right, got = symbol(context, answers[row, output]), symbol(context, found[row, output])
            line = f"{question(context, row)}: {names[output]} should be {right}, {said} {got}"
            yield Counterexample(line, replaying(context, row, names[output]))

    return in_turn([list(examples(output)) for output in outputs])


def right_answers(
    context: Context, found: NDArray[np.int16], said: str, replaying: Replaying = unedited
) -> tuple[Counterexample, ...]:
    """Up to ten inputs where `found` (`[input, graded]`) has the most right answers, none that has no right one."""
    count = (found == context.subject.inputs.answers).sum(axis=1)
    most = np.argsort(-count, kind="stable")[:MOST]
    return tuple(
        Counterexample(
            f"{question(context, row)}: {said} {count[row]} of {found.shape[1]} answers are right",
            replaying(context, row, ""),
        )
        for row in map(int, most[count[most] > 0])
    )


def against_or_for(
    parts: Sequence[Case], against: Sequence[Sequence[Counterexample]], examples: Sequence[Sequence[Counterexample]]
) -> tuple[Counterexample, ...]:
    """`against`, of the parts that do not hold; where all hold, `examples` of what is claimed; a list a part."""
    failing = [found for found, part in zip(against, parts, strict=True) if not part.holds]
    return in_turn(failing or examples)


def in_turn(found: Sequence[Sequence[Counterexample]]) -> tuple[Counterexample, ...]:
    """The first of each list, then the second of each, and so on; ten at most."""
    merged = chain.from_iterable(zip_longest(*found))
    return tuple(example for example in merged if example is not None)[:MOST]
