"""A digit that two heads carry between them, half each."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    attends,
    carries,
    digit_at,
    implements,
    necessary,
    sufficient,
    unnecessary,
)
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.programs import fetching, halving

HIGH, LOW = "blocks.0.attn.0", "blocks.0.attn.1"


def two_halves() -> KnownCircuit:
    """One head for each bit of the digit."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, {"high": 1, "low": 1}, n_heads=2)
    digits = np.arange(task.base)
    bits = {"high": 2.0 * (digits // 2) - 1, "low": 2.0 * (digits % 2) - 1}
    for head, (space, sign) in enumerate(bits.items()):
        bench.head(0, head).looks(bench.mirror).writes(bench.rows(space, sign[:, None]))
        bench.unembedding[bench.spaces[space], (digits + 1) % task.base] = sign
    both = f"{HIGH} + {LOW}"
    return KnownCircuit(
        name="two-halves",
        says="head 0 fetches the high bit of the mirrored digit d and head 1 its low bit, each as 1 or -1; the "
        "unembedding reads the answer d + 1 from where both bits agree",
        trap="each head seems to carry the digit, in the third of changes that its bit alone makes",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(HIGH, "x[n-1-i]"),
            attends(LOW, "x[n-1-i]"),
            carries(both),
            carries(HIGH, at_least=0.3),
            carries(HIGH, at_most=0.4),
            necessary(HIGH, LOW),
            implements(halving(), {"high[i]": f"{HIGH} @ predicts y[i]", "low[i]": f"{LOW} @ predicts y[i]"}),
            implements(fetching(), digit_at("blocks.0.attn @ predicts y[i]")),
        ),
        refuted=(
            carries(HIGH),
            carries(LOW),
            carries(LOW, at_least=0.5),
            carries(HIGH, at_most=0.1),
            carries(both, at_most=0.1),
            unnecessary(HIGH, LOW),
            sufficient(HIGH),
            sufficient(LOW),
            implements(halving(), {"high[i]": f"{LOW} @ predicts y[i]", "low[i]": f"{HIGH} @ predicts y[i]"}),
            implements(fetching(), digit_at(f"{HIGH} @ predicts y[i]")),
        ),
        vacuous=(
            ReadsOut(site="blocks.0.hook_resid_post", measure="logit"),
            sufficient(HIGH, LOW),
        ),
    )
