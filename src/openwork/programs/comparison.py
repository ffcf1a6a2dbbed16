"""Two models' programs beside each other: the same lines, and those of one alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openwork.analyses.result import Record, Result
from openwork.programs.canonical import CanonicalProgram, canonical
from openwork.programs.program import Program


@dataclass(frozen=True)
class ComparedPrograms(Result):
    """How far two programs are the same, up to which heads do it, the order of lines and redundant routes.

    Attributes:
        names: of the two runs.
        digests: of the two programs: equal where they are the same.
        same_answers: whether every answer follows from the question in the same way, wherever it is worked out.
        shared: lines of both, as the first says them.
        only: for each of the two, the lines that the other has not.
    """

    names: tuple[str, str]
    digests: tuple[str, str]
    same_answers: bool
    shared: tuple[str, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    forward_rows: int = 0

    @property
    def same(self) -> bool:
        """Whether they are the same program."""
        return self.digests[0] == self.digests[1]

    @property
    def title(self) -> str:
        return f"The programs of {self.names[0]} and {self.names[1]}"

    @property
    def summary(self) -> str:
        if self.same:
            return f"The same program ({self.digests[0]}): {len(self.shared)} lines, each at its layer and position."
        how = "the same answers by other ways" if self.same_answers else "other programs"
        one, other = self.only
        return f"Not the same: {how}; {len(self.shared)} lines in both, {len(one)} and {len(other)} in one alone."

    def as_json(self) -> dict[str, Any]:
        """In plain values."""
        own = {"runs": self.names, "digests": self.digests, "same": self.same, "same_answers": self.same_answers}
        return own | {"in_both": self.shared, "only": dict(zip(self.names, self.only, strict=True))}

    def records(self) -> list[Record]:
        """A row for each line: where it is found."""
        rows: list[Record] = [{"line": line, "in": "both"} for line in self.shared]
        for name, lines in zip(self.names, self.only, strict=True):
            rows += [{"line": line, "in": name} for line in lines]
        return rows


def compared(names: tuple[str, str], programs: tuple[Program, Program]) -> ComparedPrograms:
    """Two programs of one task. Runs nothing.

    Args:
        names: of the runs that they were found in.
        programs: what was found.
    """
    one, other = (canonical(program) for program in programs)
    shared = tuple(line.text for line in one.lines if line.digest in other.digests)
    only = (_without(one, other), _without(other, one))
    return ComparedPrograms(names, (one.digest, other.digest), one.answers == other.answers, shared, only)


def _without(one: CanonicalProgram, other: CanonicalProgram) -> tuple[str, ...]:
    return tuple(line.text for line in one.lines if line.digest not in other.digests)
