"""A question as a person writes it: its number, or its symbols."""

from __future__ import annotations

import numpy as np

from openwork.data.sample import draw
from openwork.tasks import Task, Tokens


def numbered(task: Task, text: str) -> int | None:
    """The number of a question given by number or by its symbols, pads left out: `0 1 2 3`, or `0123` for short ones.

    None where it is neither.
    """
    symbols = task.vocabulary.symbols
    for words in (text.split(), list(text.replace(" ", ""))):
        if 1 < len(words) <= len(task.variables) and all(word in symbols for word in words):
            columns = _columns(task, [symbols.index(word) for word in words])
            if columns is not None and task.valid(columns)[0]:
                return int(task.numbers(columns)[0])
    return int(text) if text.isdecimal() else None


def written_example(task: Task) -> str:
    """The first question's symbols, to show how one is written; of several lengths, a drawn one's."""
    if task.varying:
        return " ".join(task.question_symbols(task.questions(draw(task, 1).index)[0]))
    symbols = task.vocabulary.symbols
    first = task.tokens(task.questions(np.array([0])))[0]
    return " ".join(symbols[int(t)] for t in first[[v.position for v in task.variables]] if t != task.pad_token)


def _columns(task: Task, tokens: list[int]) -> Tokens | None:
    """`[1, variable]`, the values that these tokens stand for; pads fill up; None where one stands for no value."""
    if task.varying:
        ends = [variable.values - 1 for variable in task.variables]
        if any(token >= end for token, end in zip(tokens, ends, strict=False)):
            return None
        return np.array([tokens + ends[len(tokens) :]], np.int32)
    if len(tokens) < len(task.variables):
        if task.pad_token is None:
            return None
        tokens = tokens + [task.pad_token] * (len(task.variables) - len(tokens))
    columns = np.zeros((1, len(task.variables)), np.int32)
    for column, variable in enumerate(task.variables):
        probe = np.zeros((variable.values, len(task.variables)), np.int32)
        probe[:, column] = np.arange(variable.values)
        values = np.flatnonzero(task.tokens(probe)[:, variable.position] == tokens[column])
        if not len(values):
            return None
        columns[0, column] = values[0]
    return columns
