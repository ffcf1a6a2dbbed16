"""What is asked and what is right, as a digest: tasks of one name that answer otherwise have different ones."""

from __future__ import annotations

import hashlib

from openwork.data.dataset import Dataset
from openwork.data.domain import USUAL_INPUTS
from openwork.tasks import OURS, Task


def asked_digest(task: Task, inputs: Dataset) -> str:
    """16 hexadecimal digits of every one of these inputs with its answers, and of all names and places of the task."""
    deciding = {output: task.deciding_variable(output) for output in task.outputs}
    names = (str(task), task.variables, task.graded, task.outputs, dict(task.roles), deciding, task.pad_token)
    symbols = (task.vocabulary.symbols, task.answer_vocabulary.symbols, *(["set"] if inputs.sets else []))
    sha256 = hashlib.sha256(repr((names, symbols)).encode())
    sha256.update(inputs.tokens.tobytes())
    sha256.update(inputs.answers.tobytes())
    return sha256.hexdigest()[:16]


def answers_digest(task: Task) -> str | None:
    """That of the inputs that are measured on: every question, or a sample where they are too many.

    None where the task's name and parameters decide its answers: of ours, and of a function outside a task file, whose
    digest is that of its answers. The answers of any other may change with what its code imports or reads.
    """
    if type(task) in OURS or (task.file is not None and not task.file.path):
        return None
    return asked_digest(task, USUAL_INPUTS.of(task))
