"""Two heads that undo each other: each alone is necessary, together they are not."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy
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
from openwork.testing.known_circuits.programs import fetching

WORKS, SPOILS, MENDS = "blocks.0.attn.0", "blocks.0.attn.1", "blocks.0.attn.2"


def cancelling() -> KnownCircuit:
    """One head that works, and two that would spoil its work if either were alone."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, n_heads=3)
    wrong = np.subtract(bench.onto("answer", shift=2, strength=3), bench.onto("answer", shift=3, strength=3))
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    bench.head(0, 1).looks(bench.mirror).writes(wrong)
    bench.head(0, 2).looks(bench.mirror).writes(-wrong)
    both = f"{SPOILS} + {MENDS}"
    return KnownCircuit(
        name="cancelling",
        says="head 0 fetches the mirrored digit d and writes 1 to the answer d + 1; head 1 writes 3 to the answer "
        "d + 2 and -3 to d + 3; head 2 writes the opposite of head 1",
        trap="ablated one at a time, two heads that do nothing together are each called necessary",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(SPOILS, "x[n-1-i]"),
            necessary(WORKS, SPOILS, MENDS),
            unnecessary(both),
            carries(WORKS),
            carries(both, at_most=0.1),
            sufficient(WORKS),
            implements(fetching(), digit_at(f"{WORKS} @ predicts y[i]")),
        ),
        refuted=(
            necessary(both),
            unnecessary(SPOILS, MENDS),
            unnecessary(f"{WORKS} + {SPOILS}"),
            carries(SPOILS),
            carries(SPOILS, at_least=0.5),
            carries(both),
            sufficient(SPOILS, MENDS),
            sufficient(WORKS, SPOILS),
            implements(fetching(), digit_at(f"{SPOILS} @ predicts y[i]")),
        ),
        mixed=(necessary(SPOILS, MENDS, both), unnecessary(SPOILS, both)),
    )
