"""Proving with a memory: what was proved before is answered from the store, and what was interrupted goes on."""

from __future__ import annotations

import math

from openwork.analyses import Subject
from openwork.analyses.steps import Watch, Watching
from openwork.proofs.proof import Proof, proof_from_json
from openwork.proofs.proving import CLOSER, GivenAnswers, prove, require_provable
from openwork.proofs.replaced import joined_components
from openwork.proofs.sets import SetProof, prove_by_sets, require_provable_by_sets, set_proof_from_json
from openwork.runs import KeptResults
from openwork.tasks import OURS


def prove_kept(
    subject: Subject,
    kept: KeptResults | None,
    margin: float,
    threads: int,
    watch: Watch,
    mean: str = "",
    answers: GivenAnswers | None = None,
    closer: int = CLOSER,
    seconds: float = math.inf,
) -> Proof:
    """What `prove` gives, or what it gave before; one that was interrupted goes on.

    Raises:
        PlanError, CheckpointError, EngineError: as `prove`.
    """
    require_provable(subject, margin)
    joined = " + ".join(map(str, joined_components(subject.spec, mean)))
    kept = _sure(subject, kept) if answers is None or answers.digest else None
    name = _name(margin, of=f"{joined} at its mean" if joined else "", like=answers.digest if answers else "")
    name += "" if closer == CLOSER else f" with more bits for {closer}"
    known = None if kept is None else kept.find(name, subject.digest)
    before = None if known is None else proof_from_json(known)
    if before is not None and before.looked_at == before.inputs:
        return before
    found = prove(
        subject, margin, threads=threads, watch=watch, begun=before, mean=mean, answers=answers, closer=closer
    )
    if kept is not None:
        kept.keep(name, subject.digest, found.as_json())
    return found


def known_proof(subject: Subject, kept: KeptResults | None, margin: float = 0.0) -> Proof | None:
    """What was found before, of the model as it is and the right answers; None where nothing was. Runs nothing."""
    known = None if kept is None else kept.find(_name(margin), subject.digest)
    return None if known is None else proof_from_json(known)


def prove_by_sets_kept(
    subject: Subject, kept: KeptResults | None, margin: float, seconds: float, threads: int, watch: Watching
) -> SetProof:
    """What `prove_by_sets` gives, or what it gave before; one that has something left goes on.

    Raises:
        PlanError, CheckpointError, EngineError: as `prove_by_sets`.
    """
    require_provable_by_sets(subject, margin)
    kept = _sure(subject, kept)
    before = known_set_proof(subject, kept, margin)
    if before is not None and before.ended:
        return before
    found = prove_by_sets(subject, margin, seconds=seconds, threads=threads, watch=watch, begun=before)
    if kept is not None:
        kept.keep(_name(margin, "sets"), subject.digest, found.as_json())
    return found


def known_set_proof(subject: Subject, kept: KeptResults | None, margin: float = 0.0) -> SetProof | None:
    """What was found by sets before; None where nothing was. Runs nothing."""
    known = None if kept is None else kept.find(_name(margin, "sets"), subject.digest)
    return None if known is None else set_proof_from_json(known)


def _sure(subject: Subject, kept: KeptResults | None) -> KeptResults | None:
    """None for a task of somebody's own that is drawn: what names a result says of its answers only the drawn ones."""
    return kept if subject.whole or type(subject.task) in OURS else None


def _name(margin: float, by: str = "", of: str = "", like: str = "") -> str:
    """Under which a proof is kept."""
    more = [f"{word} {what}" for word, what in (("by", by), ("with", of), ("as", like)) if what]
    return " ".join([f"proof of {margin!r}", *more])
