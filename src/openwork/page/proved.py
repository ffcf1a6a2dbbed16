"""What a page says of every question at once, over the real numbers, beside what it runs for the one at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from openwork.analyses import Result
from openwork.proofs import Certified, Proof
from openwork.tasks import Task


def whole_proof(results: Sequence[Result]) -> Proof | None:
    """A proof that every right answer leads on every question; None where there is none, or not of all of it."""
    proofs = (result.proof if isinstance(result, Certified) else result for result in results)
    return next((p for p in proofs if isinstance(p, Proof) and p.whole and p.plain), None)


def weakest_values(proof: Proof, task: Task) -> list[int]:
    """The variables' values of the question with the smallest proved bound."""
    values: list[int] = task.questions(np.array([proof.weakest], np.int64))[0].tolist()
    return values


def live_proof(results: Sequence[Result], task: Task) -> dict[str, Any] | None:
    """The proved margin, rounded down, and where the bound is smallest; None where nothing whole is proved."""
    proof = whole_proof(results)
    if proof is None or proof.margin is None:
        return None
    return {"margin": f"{proof.margin:.4g}", "weakest": weakest_values(proof, task)}
