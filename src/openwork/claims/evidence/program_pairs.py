"""What a model answers when a place takes its value from the run on another input: for holding it against a program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import OTHER, Replay
from openwork.claims.examples import number
from openwork.data.randomness import bits, integers
from openwork.interventions import Edit, Plan

ALL_PAIRS = 2**20
"""Up to so many pairs of inputs there are, every one is looked at."""


@dataclass(frozen=True)
class ProgramPairs(Evidence[NDArray[np.int16]]):
    """The answers to pairs of inputs, `[pair, graded]`: `edits` patch what runs on the base from the run on the source.

    Every pair of inputs where there are at most 2**20, else `pairs` of them, drawn by `seed`. Costs two forward rows
    for each.
    """

    edits: tuple[Edit, ...]
    pairs: int
    seed: int

    def rows(self, context: Context) -> int:
        return 2 * (context.inputs**2 if self.exhaustive(context) else self.pairs)

    def exhaustive(self, context: Context) -> bool:
        """Whether every pair of inputs is looked at."""
        return context.inputs**2 <= ALL_PAIRS

    def rows_of(self, context: Context) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """`[pair]` each: rows of the base and of the source among the inputs."""
        if self.exhaustive(context):
            every = np.arange(context.inputs)
            return np.repeat(every, context.inputs), np.tile(every, context.inputs)
        drawn = (integers(bits(side, self.seed), context.inputs, self.pairs) for side in ("pair bases", "pair sources"))
        bases, sources = drawn
        return bases, sources

    def measure(self, context: Context) -> NDArray[np.int16]:
        subject = context.subject
        bases, sources = (subject.inputs.tokens[rows] for rows in self.rows_of(context))
        plan = Plan(self.edits)
        run = subject.engine.run(subject.stack, bases, plan, graded=subject.inputs.graded, sources={OTHER: sources})
        return np.concatenate([trace.logits[0].argmax(axis=-1).astype(np.int16) for trace in run])

    def replay(self, context: Context, base: int, source: int, output: str) -> Replay:
        """One pair, by the rows of its inputs, to be run again."""
        return Replay(number(context, base), self.edits, number(context, source), output=output)
