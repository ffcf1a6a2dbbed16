"""A certificate: all that somebody needs who trusts neither this program nor this machine, as one JSON value.

`openwork-check-certificate` reads it; it shares no code with anything here. docs/proofs.md says what each field is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.data import enumerate_domain
from openwork.errors import PlanError, Reason
from openwork.models import weight_shapes
from openwork.proofs.proof import Proof
from openwork.proofs.proving import GivenAnswers
from openwork.tasks import Task

FORMAT, VERSION = "openwork certificate", 1
MOST_INPUTS = 2**22
"""of a domain that a file holds"""
STATEMENT = (
    "For every input of the domain and at every graded position, the function that these weights define over the real "
    "numbers gives {} a logit that is larger than every other by at least the margin."
)
RIGHT = "the right answer"
OF_PROGRAM = "the answer that stands in this file as that of the program in it"
AT_MEAN = (
    " What the components named in this file write is set to its mean over all inputs of the domain, position by "
    "position."
)
MEAN_METHOD = (
    " The mean that a component is set to lies in the mean of its balls over all inputs, with room for the rounding of "
    "the sum; every input was then enclosed with that ball in its place."
)
METHOD = (
    "Every input was passed through the model on balls: float64 midpoints with radii that have room for the rounding "
    "of each operation. An answer is proved where the ball of its logit lies above all others by the margin."
)
ASSUMPTIONS = (
    "Floating-point addition, subtraction, multiplication, division and square root follow IEEE 754 in double "
    "precision, rounding to nearest; no tiny number is flushed to zero.",
    "Weights are the numbers in this file, exactly; eps is its float64; the score divisor is the square root of d_head "
    "unless attn_scale is given.",
    "Exponential and error function are series with bounds of their own; nothing is assumed of a system's libraries.",
    "The compiler and the processor do what their makers say.",
)
CLOSER = "For some inputs the balls were Arb's, of up to {} bits."


def certificate_of(subject: Subject, proof: Proof, answers: GivenAnswers | None = None) -> dict[str, Any]:
    """The certificate, in plain values.

    Args:
        subject: the model and its task.
        proof: of every input.
        answers: those that were proved to lead, where they are not the task's right ones.

    Raises:
        PlanError: something is not proved, the checker reads no such answers, or the domain is too large.
    """
    if not proof.whole or proof.margin is None:
        raise PlanError("there is nothing to certify", Reason("proof", proof.summary))
    if proof.same_as != ("" if answers is None else answers.whose):
        what = f"is of the answers of {proof.same_as or 'the task'}, and others are given"
        raise PlanError("no certificate can be written", Reason("proof", what))
    require_certifiable(subject.task, proof.at_mean)
    if proof.inputs > MOST_INPUTS:
        what = f"{proof.inputs:,} inputs are too many for one file, which holds {MOST_INPUTS:,}"
        raise PlanError("no certificate can be written", Reason("domain", what))
    spec, named = subject.spec, subject.stack.named()
    domain = enumerate_domain(subject.task)
    own, statement = domain.answers, STATEMENT.format(RIGHT)
    if answers is not None:
        own, statement = answers.of(domain).astype(np.int32), STATEMENT.format(OF_PROGRAM)
    method = METHOD + (f" {CLOSER.format(proof.closer_bits)}" if proof.closer else "")
    more: dict[str, Any] = {} if answers is None else {"program": {"name": answers.whose, "text": answers.text}}
    if proof.at_mean:
        more["mean"], statement, method = proof.at_mean.split(" + "), statement + AT_MEAN, method + MEAN_METHOD
    weights = np.concatenate([named[name][0].ravel() for name in weight_shapes(spec)])
    held: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "statement": statement,
        "margin": proof.margin,
        "counts": {"inputs": proof.inputs, "proved": proof.proved, "graded": len(domain.graded)},
        "found": {"smallest_lead": proof.least, "where": proof.weakest, "largest_radius": proof.radius},
        "model": {**spec.model_dump(), "pad_token": spec.pad_token},
        "weights": {"shapes": {n: list(s) for n, s in weight_shapes(spec).items()}, **_packed(weights)},
        "domain": {
            "task": str(subject.task),
            "vocabulary": list(subject.task.vocabulary.symbols),
            "answer_vocabulary": list(subject.task.answer_vocabulary.symbols),
            "graded": list(domain.graded),
            "tokens": _packed(domain.tokens),
            "answers": _packed(own),
        },
        "method": method,
        "assumptions": list(ASSUMPTIONS),
        "as_run": proof.beside,
        "seconds": proof.seconds,
    } | more
    return held | {"sha256": digest(held)}


def require_certifiable(task: Task, mean: str = "") -> None:
    """Raises PlanError where the checker knows no such answers, or no such component at its mean."""
    reasons = []
    if not task.one_symbol_each:
        what = f"answers of {task} are sets of symbols, or its questions have several lengths"
        mend = "openwork-check-certificate reads no such certificate; openwork prove RUN proves it without one"
        reasons.append(Reason("task", what, mend))
    streams = [name for name in mean.split(" + ") if "hook_" in name]
    mend = "name attention layers, heads or MLPs; or prove it without a certificate"
    reasons += [
        Reason("mean", f"{name} is a place that openwork-check-certificate does not set", mend) for name in streams
    ]
    if reasons:
        raise PlanError("no certificate can be written", reasons)


def write_certificate(subject: Subject, proof: Proof, answers: GivenAnswers | None = None) -> str:
    """The certificate's text. Takes and raises what `certificate_of` does."""
    return json.dumps(certificate_of(subject, proof, answers), indent=1, allow_nan=False) + "\n"


def digest(held: dict[str, Any]) -> str:
    """SHA-256 of everything but the digest itself, as JSON with sorted names and no spaces."""
    told = {name: value for name, value in held.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    """Little-endian numbers, compressed, with their own digest."""
    if array.dtype.kind == "i":
        array = array.astype(np.uint8 if array.max(initial=0) < 256 else np.uint16 if array.max() < 65536 else np.int32)
    raw = array.astype(array.dtype.newbyteorder("<")).tobytes(order="F")  # a column repeats itself, a row does not
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "order": "F",
        "sha256": hashlib.sha256(raw).hexdigest(),
        "zlib_base64": base64.b64encode(zlib.compress(raw, 9)).decode(),
    }
