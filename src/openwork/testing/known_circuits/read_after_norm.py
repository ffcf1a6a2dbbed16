"""A readout that works only after the final norm."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import carries, necessary, sufficient
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

HEAD, LAST = "blocks.0.attn.0", "blocks.0.hook_resid_post"
LOUD = 5


def read_after_norm() -> KnownCircuit:
    """A final norm whose weights switch off what is loud."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, {"loud": task.base}, normalization_type="RMS")
    loud = bench.spaces["loud"]
    bench.weights["pos_embed.W_pos"][:, loud.start] = LOUD
    bench.unembedding[loud, : task.base] = np.eye(task.base)
    bench.weights["ln_final.w"][loud] = 0
    # Token, position and the loud dimension: the first norm divides all streams alike, and its weights undo that.
    bench.weights["blocks.0.ln1.w"][:] = np.sqrt((1 + 1 + LOUD**2) / bench.spec.d_model)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    return KnownCircuit(
        name="read-after-norm",
        says="the head fetches the mirrored digit d and writes the answer d + 1; every position embedding holds 5 in a "
        "dimension that the unembedding reads as the answer 0, and the weights of the final norm are 0 there",
        trap="the unembedding applied before the final norm reads the answer 0 everywhere",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            ReadsOut(site=LAST, after_norm=True),
            carries(HEAD),
            necessary(HEAD),
        ),
        refuted=(
            ReadsOut(site=LAST),
            ReadsOut(site=LAST, measure="logit"),
            ReadsOut(site="blocks.0.hook_resid_pre", after_norm=True, measure="logit"),
            ReadsOut(site=LAST, basis="W_E"),
            carries("blocks.0.hook_resid_pre", each=(("i", "1..n-1"),)),
        ),
        # Reading 0 everywhere is right on a quarter of inputs, which is no reading.
        vacuous=(
            ReadsOut(site=LAST, at_least=0.25),
            ReadsOut(site=LAST, after_norm=True, measure="logit"),
            sufficient(HEAD),
            carries(LAST),
        ),
    )
