"""A proof together with its certificate, as a report holds both."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.analyses import Subject
from openwork.analyses.result import Record, Result
from openwork.proofs.certificate import MOST_INPUTS, write_certificate
from openwork.proofs.proof import Proof

LARGEST = 200_000
"""characters of a certificate that a page carries"""


@dataclass(frozen=True)
class Certified(Result):
    """A whole proof.

    Attributes:
        proof: what was proved.
        certificate: its certificate's text.
    """

    proof: Proof
    certificate: str

    @property
    def forward_rows(self) -> int:  # type: ignore[override]
        """Of the proof."""
        return self.proof.forward_rows

    @property
    def title(self) -> str:
        return self.proof.title

    @property
    def summary(self) -> str:
        return self.proof.summary

    def records(self) -> list[Record]:
        return self.proof.records()


def certified(subject: Subject, proof: Proof) -> Proof | Certified:
    """With its certificate, where everything is proved and the certificate is small enough for a page."""
    if not proof.whole or not proof.plain or proof.inputs > MOST_INPUTS or not subject.task.one_symbol_each:
        return proof
    text = write_certificate(subject, proof)
    return Certified(proof, text) if len(text) <= LARGEST else proof
