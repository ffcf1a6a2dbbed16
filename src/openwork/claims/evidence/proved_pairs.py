"""In which pairs of inputs a patched model surely answers as a program says, over the real numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.claims.context import Context, Evidence
from openwork.claims.evidence.program_pairs import ProgramPairs
from openwork.interventions import Patch
from openwork.proofs import surely_answered

Wanted = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.integer[Any]]]
"""Of rows of bases and of sources, `[pair]` each, the program's answers, `[pair, graded]`."""


@dataclass(frozen=True)
class ProvedPairs(Evidence[NDArray[np.int8]]):
    """`[pair]`, 1 where every answer surely is the wanted one, -1 where one surely is not, 0 where nobody knows.

    Attributes:
        of: the pairs, and what is patched.
        name: what is wanted, so that equal names mean equal answers.
        wanted: the answers.
    """

    of: ProgramPairs
    name: str
    wanted: Wanted = field(compare=False, repr=False)

    def rows(self, context: Context) -> int:
        """Each pair is enclosed twice."""
        return 2 * self.of.count(context)

    def measure(self, context: Context) -> NDArray[np.int8]:
        """Every pair."""
        subject = context.subject
        bases, sources = self.of.rows_of(context)
        edits = [edit for edit in self.of.edits if isinstance(edit, Patch)]
        tokens = subject.inputs.tokens
        return surely_answered(subject, edits, tokens[bases], tokens[sources], self.wanted(bases, sources))
