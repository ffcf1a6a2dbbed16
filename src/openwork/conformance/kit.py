"""The conformance kit for tasks: is a task what it says, so that every later room may rely on it?

`check_task` raises AssertionError with everything that is wrong, in words; `faults_of` gives the reasons one by one.
First come the names and sizes (`names`). Only when they hold are questions, tokens and answers worth looking at
(`questions`, `answers`): on the whole domain where it has at most `inputs` questions, and otherwise on drawn
ones, each with neighbours that differ in one variable. What a sample cannot show (that one variable alone decides
an output that claims no deciding variable) is not asserted.
"""

from __future__ import annotations

from openwork.conformance.answers import answer_faults
from openwork.conformance.names import name_faults
from openwork.errors import Reason
from openwork.tasks import Task

INPUTS = 4096


def check_task(task: Task, *, causal: bool | None = None, inputs: int = INPUTS) -> None:
    """Everything that a task promises.

    Args:
        task: with any parameters; check the smallest and a usual size.
        causal: whether a causal model should be able to do it: each answer must follow from what stands at or before
            its graded position. As the task's `attention_dir` says unless given.
        inputs: questions to look at, at most; about 6 calls of `tokens` and of `answers` on as many.

    Raises:
        AssertionError: with every reason.
    """
    faults = faults_of(task, causal=causal, inputs=inputs)
    if faults:
        raise AssertionError("\n".join([f"{task!s} breaks the contract of tasks:", *(f"  - {f}" for f in faults)]))


def faults_of(task: Task, *, causal: bool | None = None, inputs: int = INPUTS) -> list[Reason]:
    """What `check_task` raises, as reasons; empty for a task that keeps its contract."""
    if faults := name_faults(task):
        return faults
    return answer_faults(task, task.attention_dir == "causal" if causal is None else causal, inputs)
