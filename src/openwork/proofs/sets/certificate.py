"""What a proof by sets rests on and came to, as one JSON value. `openwork_certificate/sets.py` makes it again."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

import numpy as np

from openwork.analyses import Subject
from openwork.errors import PlanError, Reason
from openwork.models import weight_shapes
from openwork.proofs.sets.set_proof import SetProof

FORMAT, VERSION = "openwork certificate by sets", 2
STATEMENT = (
    "For at least the stated number of questions of the task and at every graded position, the function that these "
    "weights define over the real numbers gives the right answer a logit that is larger than every other by at least "
    "the margin."
)
METHOD = (
    "For each output the task's questions were divided into cases of one right answer each. Keys, values and scores "
    "are exact for each token below the attention, as balls; sums over places, neurons and logits were bounded over "
    "the sets of tokens, in float64 with room for every rounding, a lead followed back to attention where that is "
    "tighter. A set that was not proved was divided, a small one listed and each of its inputs enclosed by itself."
)
ASSUMPTIONS = (
    "Floating-point addition, subtraction, multiplication, division and square root follow IEEE 754 in double "
    "precision, rounding to nearest; a library's matrix product adds the products, in some order, fused or not.",
    "Weights are the numbers in this file, exactly; eps is its float64; the score divisor is the square root of d_head "
    "unless attn_scale is given.",
    "The task's cases are its questions: tests hold them to the listed domain at small sizes, and their counts to the "
    "domain's at every size; a reader has to agree.",
    "`openwork-check-certificate` makes the proof again, with cases of its own, where it knows the task; for models "
    "whose sets had to be divided it may find less, and then says so.",
)


def write_set_certificate(subject: Subject, proof: SetProof) -> str:
    """The certificate's text.

    Raises:
        PlanError: nothing is proved.
    """
    if proof.margin is None or not proof.proved:
        raise PlanError("there is nothing to certify", Reason("proof", proof.summary))
    spec, named = subject.spec, subject.stack.named()
    weights = np.concatenate([named[name][0].ravel() for name in weight_shapes(spec)])
    raw = np.ascontiguousarray(weights.astype(weights.dtype.newbyteorder("<"))).tobytes()
    held: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "statement": STATEMENT,
        "margin": proof.margin,
        "counts": {"questions": str(proof.inputs), "proved": str(proof.proved), "share": proof.share},
        "outputs": proof.records(),
        "model": {**spec.model_dump(), "pad_token": spec.pad_token},
        "weights": {
            "shapes": {name: list(shape) for name, shape in weight_shapes(spec).items()},
            "dtype": spec.dtype,
            "shape": [len(weights)],
            "sha256": hashlib.sha256(raw).hexdigest(),
            "zlib_base64": base64.b64encode(zlib.compress(raw, 9)).decode(),
        },
        "task": {"name": subject.task.name, "params": dict(subject.task.params)},
        "method": METHOD,
        "assumptions": list(ASSUMPTIONS),
        "as_run": proof.beside,
        "seconds": proof.seconds,
    }
    text = json.dumps(held, sort_keys=True, separators=(",", ":"))
    return json.dumps(held | {"sha256": hashlib.sha256(text.encode()).hexdigest()}, indent=1) + "\n"
