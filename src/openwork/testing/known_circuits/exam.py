"""The exam: every claim about every known circuit, judged, beside the outcome that it must have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openwork.claims import Claim, Outcome, Verdict
from openwork.engines import Engine
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.registry import known_circuits


@dataclass(frozen=True)
class Answer:
    """One claim of the exam, judged."""

    circuit: KnownCircuit
    claim: Claim
    expected: Outcome
    verdict: Verdict

    @property
    def right(self) -> bool:
        """Whether it came out as construction says."""
        return self.verdict.outcome is self.expected

    def __str__(self) -> str:
        return f"{self.circuit.name}: {self.claim.says}: expected {self.expected}, found {self.verdict}"


def sit(engine: Engine, circuits: Sequence[KnownCircuit] | None = None, kind: str = "") -> Iterator[Answer]:
    """Judges every claim about these circuits, all that are known unless given; those of one kind where it is named.

    A circuit has a few dozen inputs and about twenty claims: the whole exam takes seconds.
    """
    for circuit in known_circuits() if circuits is None else circuits:
        context = circuit.context(engine)
        for claim, expected in circuit.claims:
            if kind in ("", claim.kind):
                yield Answer(circuit, claim, expected, claim.check(context))


def check_exam(engine: Engine, circuits: Sequence[KnownCircuit] | None = None) -> None:
    """Every claim about these circuits, all that are known unless given, comes out on this engine as it must.

    Raises:
        AssertionError: with every claim that does not.
    """
    wrong = [f"  - {answer}" for answer in sit(engine, circuits) if not answer.right]
    if wrong:
        raise AssertionError("\n".join([f"{len(wrong)} claims about known circuits are misjudged:", *wrong]))
