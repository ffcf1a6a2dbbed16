"""IS IT SURE? Right on every input over the real numbers, whatever rounding makes of it; and a certificate of that."""

from openwork.proofs.certificate import certificate_of, require_certifiable, write_certificate
from openwork.proofs.certified import Certified, certified
from openwork.proofs.kept import known_proof, known_set_proof, prove_by_sets_kept, prove_kept
from openwork.proofs.patched import NEVER, SURELY, surely_answered
from openwork.proofs.proof import AsRun, Open, Proof, proof_from_json
from openwork.proofs.proving import CLOSER, GivenAnswers, prove, require_provable, work_of
from openwork.proofs.replaced import joined_components, not_followed
from openwork.proofs.sets import (
    USUAL_SECONDS,
    OutputProof,
    SetProof,
    prove_by_sets,
    require_plain,
    set_proof_from_json,
    too_many_to_list,
    write_set_certificate,
)

__all__ = [
    "CLOSER",
    "NEVER",
    "SURELY",
    "USUAL_SECONDS",
    "AsRun",
    "Certified",
    "GivenAnswers",
    "Open",
    "OutputProof",
    "Proof",
    "SetProof",
    "certificate_of",
    "certified",
    "joined_components",
    "known_proof",
    "known_set_proof",
    "not_followed",
    "proof_from_json",
    "prove",
    "prove_by_sets",
    "prove_by_sets_kept",
    "prove_kept",
    "require_certifiable",
    "require_plain",
    "require_provable",
    "set_proof_from_json",
    "surely_answered",
    "too_many_to_list",
    "work_of",
    "write_certificate",
    "write_set_certificate",
]
