"""A run in the hand as something to look into: its questions, and the names that its task gives to places."""

from __future__ import annotations

from functools import partial

from openwork.analyses import Subject
from openwork.jobs.looking.look import Look
from openwork.jobs.looking.names import AxisNames
from openwork.jobs.looking.questions import questions_of_task
from openwork.jobs.looking.written import Ending


def look_of(subject: Subject) -> Look:
    """The subject's model, asked questions of its task."""
    task = subject.task
    labels = {"d_vocab": task.vocabulary.symbols, "d_vocab_out": task.answer_vocabulary.symbols}
    names = AxisNames(subject.spec, subject.position_names, task.roles, labels)
    ask = partial(questions_of_task, subject)
    ending = Ending(task.writes_answers, task.end_token)
    return Look(subject.engine, subject.stack, names, ask, task.outputs, subject.inputs.tokens, ending)
