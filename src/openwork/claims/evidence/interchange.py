"""What a model answers when a component takes its value from the run in which one variable of the question differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import OTHER, Replay
from openwork.claims.evidence.answers import answers_in
from openwork.claims.examples import number
from openwork.data import Dataset, change_variable, keep_forced
from openwork.interventions import Patch, Plan

UNCHANGED = -1
"""Stands for the source's answer where such a pair says nothing."""


@dataclass(frozen=True, eq=False)
class Interchanged:
    """Answers to one output, for every alternative value of a variable.

    Attributes:
        wanted: `[alternative, input]`, the source's right answer; `UNCHANGED` where it is the base's own, or where only
            inputs are judged that the model answers right and the source is none.
        found: `[alternative, input]`, what the patched model answers.
        sources: `[alternative, input]`, numbers of the source questions.
        forced: whether the sources' teacher-forced outputs differ anywhere that the prediction can see.
    """

    wanted: NDArray[np.int16]
    found: NDArray[np.int16]
    sources: NDArray[np.int64]
    forced: bool


@dataclass(frozen=True)
class InterchangeAnswers(Evidence[Interchanged]):
    """Every input with every alternative value of `variable`; `edits` patch from `other`, the run that has it.

    With `kept`, that run sees the teacher-forced outputs of the base. Costs two forward rows for every input and
    alternative, and a third where only inputs are judged that the model answers right: the source must be one too.
    """

    edits: tuple[Patch, ...]
    variable: str
    output: str
    kept: bool

    def rows(self, context: Context) -> int:
        return (2 + context.only_right) * (values_of(context, self.variable) - 1) * context.inputs

    def measure(self, context: Context) -> Interchanged:
        task, base = context.task, context.subject.inputs
        graded = task.outputs.index(self.output)
        wanted, found, sources, forced = [], [], [], False
        for shift in range(1, values_of(context, self.variable)):
            changed = change_variable(task, base, self.variable, shift)
            source = keep_forced(task, base, changed)
            seen = self._seen(context, graded)
            forced |= not np.array_equal(source.tokens[:, seen], changed.tokens[:, seen])
            found.append(self._answers(context, source if self.kept else changed, graded))
            silent = changed.answers[:, graded] == base.answers[:, graded]
            if context.only_right:
                silent |= ~_answered_right(context, changed)
            wanted.append(np.where(silent, UNCHANGED, changed.answers[:, graded]).astype(np.int16))
            sources.append(changed.index)
        return Interchanged(np.stack(wanted), np.stack(found), np.stack(sources), forced)

    def _answers(self, context: Context, source: Dataset, graded: int) -> NDArray[np.int16]:
        subject, seen = context.subject, self._seen(context, graded)
        position = subject.inputs.graded[graded]
        run = subject.engine.run(
            subject.stack,
            subject.inputs.tokens[:, seen],
            Plan(self.edits),
            graded=(position,),
            sources={OTHER: source.tokens[:, seen]},
        )
        return np.concatenate([answers_in(trace.logits[0, :, 0]) for trace in run])

    def replay(self, context: Context, row: int, source: int) -> Replay:
        """One pair, to be run again."""
        return Replay(number(context, row), self.edits, source, self.kept, output=self.output)

    def _seen(self, context: Context, graded: int) -> slice:
        """Positions to run: where a model is causal, nothing after the prediction and the edits makes a difference."""
        edited = [position for edit in self.edits for position in edit.positions or ()]
        causal = context.spec.attention_dir == "causal"
        return slice(0, 1 + max([context.subject.inputs.graded[graded], *edited]) if causal else None)


def _answered_right(context: Context, asked: Dataset) -> NDArray[np.bool_]:
    """`[input]`, whether the unedited model is right on these at every output."""
    subject = context.subject
    run = subject.engine.run(subject.stack, asked.tokens, graded=asked.graded)
    answers = np.concatenate([answers_in(trace.logits[0]) for trace in run])
    right: NDArray[np.bool_] = (answers == asked.symbols).all(axis=1)
    return right


def values_of(context: Context, variable: str) -> int:
    """How many values a variable has."""
    return next(v.values for v in context.task.variables if v.name == variable)
