"""How far a program found in some model is this one's too: the verdicts of decompiling, on this model."""

from __future__ import annotations

import json
from dataclasses import dataclass

from openwork.claims.context import Context, Evidence
from openwork.programs import program_from_json
from openwork.programs.verdicts.judging import ProgramScores, scores, scores_rows


@dataclass(frozen=True)
class DecompiledScores(Evidence[ProgramScores]):
    """A program's scores.

    Attributes:
        program: as JSON.
        lines: the variables to score; all of them, and the program as a whole, where it is empty.
        seed: of the pairs.
    """

    program: str
    lines: tuple[str, ...]
    seed: int

    def rows(self, context: Context) -> int:
        """At most."""
        return scores_rows(context.subject, program_from_json(json.loads(self.program)), self.lines)

    def measure(self, context: Context) -> ProgramScores:
        """Nothing is searched for: places are as the program names them."""
        return scores(context.subject, program_from_json(json.loads(self.program)), self.lines, self.seed)
