"""Which questions a task has: their numbers, which rows of variables are questions, and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from openwork.conformance.names import told_by
from openwork.data import change_variable, draw
from openwork.data.randomness import Stream, bits
from openwork.errors import Reason
from openwork.tasks import Task, Tokens, as_numbers
from openwork.tasks.numbering import columns_of


def question_faults(task: Task, inputs: int) -> list[Reason]:
    """Everything that is wrong with numbers, counts and the sampler."""
    rules = {"questions": _questions, "sample": _sampler, "domain_size": _count}
    return told_by({where: partial(rule, task, inputs) for where, rule in rules.items()})


def chosen_questions(task: Task, inputs: int) -> tuple[Tokens, bool]:
    """All questions, or drawn ones with a neighbour of each in every variable; and whether these are all."""
    if task.domain_size is not None and task.domain_size <= inputs:
        return task.questions(np.arange(task.domain_size)), True
    base = draw(task, max(inputs // (1 + len(task.variables)), 1))
    free = [v.name for v in task.variables if v.values > 1]
    numbers = [base.index, *(change_variable(task, base, name).index for name in free)]
    if task.domain_size is not None:
        numbers.append(as_numbers([0, task.domain_size - 1]))
    return task.questions(np.unique(np.concatenate(numbers))), False


def _chosen_numbers(task: Task, inputs: int) -> NDArray[np.int64]:
    """Numbers up to the end of the domain, or of all rows of variables where nobody has counted it."""
    size = task.domain_size or prod(v.values for v in task.variables)
    if size <= inputs:
        return np.arange(size, dtype=np.int64)
    step = max(size // inputs, 1)
    return as_numbers([*range(0, size - 1, step), size - 1])


def _questions(task: Task, inputs: int) -> Iterator[Reason]:
    """Numbers and questions belong together; in lexicographic order where the variables are free of one another."""
    index, radix = _chosen_numbers(task, inputs), [v.values for v in task.variables]
    rows, shape = task.questions(index), (len(index), len(radix))
    if rows.shape != shape or rows.dtype != np.int32:
        yield Reason("questions", f"{rows.dtype} {rows.shape}", f"int32 {shape}: [input, variable]")
        return
    if len(wrong := np.flatnonzero(((rows < 0) | (rows >= radix)).any(axis=1))):
        what = f"question {index[wrong[0]]} is {rows[wrong[0]].tolist()}"
        yield Reason("questions", what, f"variables have {radix} values, from 0")
        return
    if task.domain_size == prod(radix):
        expected = columns_of(index, radix)
        if len(wrong := np.flatnonzero((rows != expected).any(axis=1))):
            first = wrong[0]
            what = f"question {index[first]} is {rows[first].tolist()}"
            yield Reason("questions", what, f"lexicographic order has {expected[first].tolist()} there")
    back = task.numbers(rows)
    if len(wrong := np.flatnonzero(back != index)):
        what = f"question {index[wrong[0]]} is {rows[wrong[0]].tolist()}, whose number is {back[wrong[0]]}"
        yield Reason("numbers", what, "numbers must be what questions undoes")
    if task.domain_size is not None and len(wrong := np.flatnonzero(~task.valid(rows))):
        what = f"question {index[wrong[0]]} is {rows[wrong[0]].tolist()}, which is none"
        yield Reason("valid", what, "every number below domain_size is a question")


def _count(task: Task, inputs: int) -> Iterator[Reason]:
    """So many rows of variables are questions as the task says; counted where there are few rows."""
    radix = [v.values for v in task.variables]
    if task.domain_size is None or prod(radix) > 4 * inputs:
        return
    count = int(task.valid(columns_of(np.arange(prod(radix)), radix)).sum())
    if count != task.domain_size:
        yield Reason("domain_size", f"is {task.domain_size}", f"of the rows of variables {count} are questions")


def _sampler(task: Task, inputs: int) -> Iterator[Reason]:
    """What is drawn are questions, a seed decides which, and they are not all the same."""
    n, radix = max(min(inputs, 1000), 2), [v.values for v in task.variables]
    rows, again, other = (task.sample(Stream(bits("task kit", seed)), n) for seed in (0, 0, 1))
    if rows.shape != (n, len(radix)) or rows.dtype != np.int32:
        yield Reason("sample", f"{rows.dtype} {rows.shape}", f"int32 {(n, len(radix))}: [input, variable]")
        return
    outside = ((rows < 0) | (rows >= radix)).any(axis=1)
    bad = np.flatnonzero(outside) if outside.any() else np.flatnonzero(~task.valid(rows))
    if len(bad):
        yield Reason("sample", f"draws {rows[bad[0]].tolist()}, which is no question", "draw rows that are valid")
        return
    if not np.array_equal(rows, again):
        yield Reason("sample", "draws other questions from the same seed", "take every choice from the draws given")
    if task.domain_size != 1 and ((rows == rows[0]).all() or np.array_equal(rows, other)):
        yield Reason("sample", "draws the same whatever the seed", "take every choice from the draws given")
    if not np.array_equal(task.questions(task.numbers(rows)), rows):
        yield Reason("numbers", "do not lead back to the questions that were drawn", "questions must undo numbers")
