"""Proofs of sets of inputs at once, for domains that nobody can list."""

from openwork.proofs.sets.certificate import write_set_certificate
from openwork.proofs.sets.listed_cases import too_many_to_list
from openwork.proofs.sets.proving import USUAL_SECONDS, prove_by_sets, require_plain, require_provable_by_sets
from openwork.proofs.sets.set_proof import OutputProof, SetProof, set_proof_from_json

__all__ = [
    "USUAL_SECONDS",
    "OutputProof",
    "SetProof",
    "prove_by_sets",
    "require_plain",
    "require_provable_by_sets",
    "set_proof_from_json",
    "too_many_to_list",
    "write_set_certificate",
]
