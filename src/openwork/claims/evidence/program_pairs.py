"""What a model answers when a place takes its value from the run on another input: for holding it against a program."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import OTHER, Replay
from openwork.claims.evidence.answers import answers_in
from openwork.claims.examples import number
from openwork.data import independent_pairs
from openwork.data.randomness import bits, integers
from openwork.interventions import Edit, Plan

ALL_PAIRS = 2**20
"""Up to so many pairs of inputs there are, every one is looked at."""


@dataclass(frozen=True)
class ProgramPairs(Evidence[NDArray[np.int16]]):
    """The answers to pairs of inputs, `[pair, graded]`: `edits` patch what runs on the base from the run on the source.

    Every pair of inputs where these are the whole domain and there are at most 2**20 pairs; else at most `pairs` of
    them, drawn by `seed` independently of one another. In a sample each input is in one pair only, for pairs that share
    an input say less than as many that do not. With `changing`, only inputs are paired that differ in none but these
    variables of the question. Costs two forward rows for each pair.
    """

    edits: tuple[Edit, ...]
    pairs: int
    seed: int
    changing: tuple[str, ...] = ()

    def rows(self, context: Context) -> int:
        return 2 * self.count(context)

    def count(self, context: Context) -> int:
        """How many pairs are looked at."""
        if self.exhaustive(context):
            return self._all(context)
        return self.pairs if context.whole else min(self.pairs, context.inputs // 2)

    def exhaustive(self, context: Context) -> bool:
        """Whether every pair is looked at."""
        return context.whole and self._all(context) <= ALL_PAIRS

    def _all(self, context: Context) -> int:
        """How many pairs there are."""
        return context.inputs * (len(self._changes(context)) if self.changing else context.inputs)

    def _changes(self, context: Context) -> NDArray[np.int32]:
        """`[change, variable]`, by how much each variable of the question goes up in every change of those that may."""
        steps = [range(v.values if v.name in self.changing else 1) for v in context.task.variables]
        return np.array(list(product(*steps))[1:], np.int32)

    def rows_of(self, context: Context) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """`[pair]` each: rows of the base and of the source among the inputs."""
        if self.changing:
            return self._near(context)
        if self.exhaustive(context):
            every = np.arange(context.inputs)
            return np.repeat(every, context.inputs), np.tile(every, context.inputs)
        return independent_pairs(context.inputs, self.pairs, self.seed, whole=context.whole)

    def _near(self, context: Context) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        task, index = context.task, context.subject.inputs.index
        total, changes = self._all(context), self._changes(context)
        every = self.exhaustive(context)
        chosen = np.arange(total) if every else integers(bits("near pairs", self.seed), total, self.pairs)
        bases, sizes = chosen % len(index), np.array([v.values for v in task.variables])
        changed = (task.questions(index)[bases] + changes[chosen // len(index)]) % sizes
        # On a whole domain, which alone has every changed question too, a row is the number of its question.
        return bases, task.numbers(changed.astype(np.int32)).astype(np.int64)

    def measure(self, context: Context) -> NDArray[np.int16]:
        subject = context.subject
        bases, sources = (subject.inputs.tokens[rows] for rows in self.rows_of(context))
        plan = Plan(self.edits)
        run = subject.engine.run(subject.stack, bases, plan, graded=subject.inputs.graded, sources={OTHER: sources})
        return np.concatenate([answers_in(trace.logits[0]) for trace in run])

    def replay(self, context: Context, base: int, source: int, output: str) -> Replay:
        """One pair, by the rows of its inputs, to be run again."""
        return Replay(number(context, base), self.edits, number(context, source), output=output)
