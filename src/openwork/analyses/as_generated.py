"""How right the model is when it writes its answers by itself, beside the same teacher-forced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject, spelled
from openwork.data.interval import clopper_pearson
from openwork.engines import NO_ANSWER
from openwork.errors import PlanError, Reason
from openwork.tasks import UNASKED

MOST_SHOWN = 5
NOT_WRITTEN = UNASKED
"""in place of an answer where the model had ended before it"""
NOT_A_NUMBER = -2
"""in place of an answer where a logit is not finite"""


@dataclass(frozen=True)
class Derailed:
    """A question whose answer comes out wrong: as a person reads it, what is right, and what the model writes."""

    number: int
    question: str
    right: str
    written: str


@dataclass(frozen=True, eq=False)
class AsGenerated(Result):
    """The model writing by itself, and the same answers teacher-forced: each with the right ones before it.

    An input is right where its whole answer is. A causal model's first mistake is the same in both ways, so as many
    inputs are right; but what it writes after a mistake stands after that mistake.

    Attributes:
        inputs: how many were measured.
        drawn: whether they are a sample.
        right: inputs whose answer is right as the model writes it.
        right_forced: inputs whose answers are all right teacher-forced.
        answers: how many answers are wanted together.
        answers_right: of them, how many are right as the model writes them.
        answers_right_forced: how many are right teacher-forced.
        endless: inputs on which it never ended where it should; None where nothing ends an answer.
        derailed: the first questions whose answers come out wrong.
        forward_rows: inputs that were run, all passes together.
    """

    inputs: int
    drawn: bool
    right: int
    right_forced: int
    answers: int
    answers_right: int
    answers_right_forced: int
    endless: int | None
    derailed: tuple[Derailed, ...]
    forward_rows: int

    @property
    def title(self) -> str:
        return f"As generated, on {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        alone, forced = (percent(n / self.answers) for n in (self.answers_right, self.answers_right_forced))
        said = f"{self.headline} Of {self.answers:,} answers {alone} are right, and teacher-forced {forced}."
        if self.endless:
            said += f" On {self.endless:,} inputs it never ends."
        if self.derailed:
            first = self.derailed[0]
            said += f" First: {first.question} should be {first.right}, it writes {first.written}."
        return said

    @property
    def headline(self) -> str:
        """The inputs that are right, both ways, in one sentence."""
        of = f"{self.right:,} of {self.inputs:,}"
        if self.drawn:
            low, high = (percent(share) for share in clopper_pearson(self.right, self.inputs))
            of += f" drawn ({low} to {high})"
        return f"Right when it generates: {of}; teacher-forced: {self.right_forced:,}."

    def records(self) -> list[Record]:
        ways = (
            ("generated", self.right, self.answers_right),
            ("teacher-forced", self.right_forced, self.answers_right_forced),
        )
        return [
            {"way": way, "inputs right": right, "inputs": self.inputs, "answers right": each, "answers": self.answers}
            for way, right, each in ways
        ]


def as_generated(subject: Subject) -> AsGenerated:
    """How right it is when its own symbols stand before the next one, beside the right ones; on all of the inputs.

    Costs two forward rows for each input, and one more for each with a mistake and each symbol that it goes wrong by,
    at most.

    Raises:
        PlanError: answers that no model can write by itself: the task does not show them, or the model is not causal.
    """
    inputs = subject.inputs
    found, rows = written_answers(subject)
    asked = inputs.answers != UNASKED
    right = (found == inputs.answers) & asked
    scores = subject.scores
    wrong = np.flatnonzero((right != asked).any(axis=1))
    never = None
    if (end := subject.task.end_token) is not None:
        never = int(((found != end) & (found != NOT_A_NUMBER)).all(axis=1).sum())
    return AsGenerated(
        inputs=len(inputs),
        drawn=not subject.whole,
        right=len(inputs) - len(wrong),
        right_forced=int(scores.sequences[0]),
        answers=int(asked.sum()),
        answers_right=int(right.sum()),
        answers_right_forced=int(scores.right[0].sum()),
        endless=never,
        derailed=_derailed(subject, found, wrong[:MOST_SHOWN]),
        forward_rows=rows + len(inputs),
    )


def written_answers(subject: Subject) -> tuple[NDArray[np.int64], int]:
    """`[input, graded]`, what the model writes by itself, `NOT_WRITTEN` where it writes nothing, `NOT_A_NUMBER` where a
    logit is not finite; and the forward rows that it took.

    Raises:
        PlanError: as `as_generated`.
    """
    task, inputs = subject.task, subject.inputs
    if not task.writes_answers:
        what = f"{task} does not show a model its own answers one by one"
        raise PlanError("no answer is generated here", Reason("task", what, "accuracy says how right the model is"))
    asked, graded = inputs.answers != UNASKED, np.array(inputs.graded)
    most = None if task.end_token is not None else asked.sum(axis=1)
    prompts = graded[asked.argmax(axis=1)] + 1
    made = subject.engine.generate(subject.stack, inputs.tokens, prompts, most=most, end=task.end_token)
    symbols, written = made.symbols[0][:, graded], made.written[0][:, graded]
    said = np.where(symbols == NO_ANSWER, NOT_A_NUMBER, symbols)
    return np.where(written, said, NOT_WRITTEN), made.forward_rows


def _derailed(subject: Subject, found: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[Derailed, ...]:
    some = subject.inputs.take(rows)
    texts = zip(subject.texts(some), some.index, some.answers, found[rows], strict=True)
    return tuple(
        Derailed(int(number), question, answer_line(subject, right), answer_line(subject, written))
        for question, number, right, written in texts
    )


def answer_line(subject: Subject, answers: NDArray[np.int64]) -> str:
    """An answer `[graded]` as a person reads it, its end included."""
    symbols = subject.task.answer_vocabulary.symbols
    said = ("(not a number)" if answer == NOT_A_NUMBER else symbols[answer] for answer in answers if answer != UNASKED)
    return spelled(list(said))
