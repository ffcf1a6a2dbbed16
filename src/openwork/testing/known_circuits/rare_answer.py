"""An answer so rare that a model which knows nothing is nearly always right."""

from __future__ import annotations

from typing import Any

import numpy as np

from openwork.claims import Accuracy, Carries, ReadsOut
from openwork.tasks import task
from openwork.testing.known_circuits.about import necessary, sufficient, unnecessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

HEAD, LAST, AT = "blocks.0.attn.0", "blocks.0.hook_resid_post", "predicts y"
BITS = 8


@task(x=(2, BITS))
def all_ones(x: list[int]) -> int:
    """whether all eight bits are 1"""
    return int(all(x))


def rare_answer() -> KnownCircuit:
    """A head that counts, and a bias that only the largest count beats."""
    bench = Bench(all_ones())
    # It looks evenly at the bits and the sign after them, so that this makes of the mean a count.
    bench.head(0, 0).writes(bench.rows("answer", np.array([[0, 0], [0, BITS + 1]])))
    bench.weights["unembed.b_U"][0] = BITS - 0.5
    return KnownCircuit(
        name="rare-answer",
        says="the head looks evenly at everything and so writes how many bits are 1 to the answer 1; the unembedding's "
        "bias gives the answer 0 half a bit less than all of them",
        trap="without the head the model always says 0 and is right on 255 of 256 inputs, more than 99 %",
        task=bench.task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            necessary(HEAD, by=("zero", "mean"), at_most=0.999),
        ),
        refuted=(
            _carries(HEAD, at_most=0.1),
            unnecessary(HEAD, by=("zero", "mean"), at_least=0.999),
            ReadsOut(site=LAST),
        ),
        undecided=(necessary(HEAD, by=("zero", "mean")),),
        vacuous=(
            unnecessary(HEAD, by=("zero", "mean")),
            ReadsOut(site="blocks.0.hook_resid_pre", measure="logit"),
            _carries(HEAD),
            sufficient(HEAD),
            ReadsOut(site=LAST, measure="logit"),
        ),
    )


def _carries(component: str, **more: Any) -> Carries:
    each = (("i", f"0..{BITS - 1}"),)
    return Carries(component=component, variable="x[i]", output="y", at=(AT,), each=each, **more)
