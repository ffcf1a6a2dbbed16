"""IS IT SURE? Right on every input over the real numbers, whatever rounding makes of it; and a certificate of that."""

from openwork.proofs.certificate import certificate_of, write_certificate
from openwork.proofs.certified import Certified, certified
from openwork.proofs.kept import known_proof, prove_kept
from openwork.proofs.proof import AsRun, Open, Proof, proof_from_json
from openwork.proofs.proving import prove, require_provable, work_of

__all__ = [
    "AsRun",
    "Certified",
    "Open",
    "Proof",
    "certificate_of",
    "certified",
    "known_proof",
    "proof_from_json",
    "prove",
    "prove_kept",
    "require_provable",
    "work_of",
    "write_certificate",
]
