"""Tasks that want an answer at every position, about all that was seen so far.

A task of this kind says which symbols may stand at each position (`vocabulary`), how many positions there are
(`length`), what its answers are called (`stem`) and what is right (`answers`); everything else follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from openwork.tasks.contract import Task, Tokens, Variable


class AtEveryPosition(Task):
    """The sequence is `x[0..n-1]`, and `STEM[i]` is wanted at `x[i]`."""

    length: int
    stem: str

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x[{i}]", len(self.vocabulary), i) for i in range(self.length))

    @property
    def n_pos(self) -> int:
        return self.length

    @property
    def n_ctx(self) -> int:
        return self.length

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(self.length))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"{self.stem}[{i}]" for i in range(self.length))

    @cached_property
    def roles(self) -> Mapping[str, int]:
        seen = {variable.name: variable.position for variable in self.variables}
        return seen | {f"predicts {output}": at for at, output in enumerate(self.outputs)}

    def tokens(self, questions: Tokens) -> Tokens:
        return questions.astype(np.int32)
