"""Three routes that outvote one another: none is needed, and none carries anything alone."""

from __future__ import annotations

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

HEADS = ("blocks.0.attn.0", "blocks.0.attn.1", "blocks.0.attn.2")


def majority() -> KnownCircuit:
    """The same head three times."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, n_heads=3)
    for head in range(3):
        bench.head(0, head).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    two, three = " + ".join(HEADS[:2]), " + ".join(HEADS)
    return KnownCircuit(
        name="majority",
        says="three heads each fetch the mirrored digit d and write the answer d + 1 with the same strength, so any "
        "two outvote the third",
        trap="patched one at a time, no head carries anything",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(HEADS[2], "x[n-1-i]"),
            unnecessary(*HEADS),
            unnecessary(two, by=("zero", "mean")),
            necessary(three),
            necessary(two, by=("resample",)),
            carries(two),
            carries(three),
            *(carries(head, at_most=0.1) for head in HEADS),
            sufficient(*HEADS[:2]),
            implements(fetching(), digit_at("blocks.0.attn @ predicts y[i]")),
        ),
        refuted=(
            necessary(*HEADS),
            unnecessary(three),
            *(carries(head) for head in HEADS),
            carries(two, at_most=0.1),
            sufficient(HEADS[0]),
            implements(fetching(), digit_at(f"{HEADS[0]} @ predicts y[i]")),
        ),
        mixed=(necessary(two), unnecessary(two), necessary(HEADS[0], three)),
    )
