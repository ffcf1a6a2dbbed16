"""Two routes of which either suffices, one stronger than the other."""

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

STRONG, WEAK = "blocks.0.attn.0", "blocks.0.attn.1"


def redundant_routes() -> KnownCircuit:
    """The same head twice, at different strengths."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, n_heads=2)
    for head, strength in enumerate((2, 1)):
        bench.head(0, head).looks(bench.mirror).writes(bench.onto("answer", shift=1, strength=strength))
    silent = ("zero", "mean")
    return KnownCircuit(
        name="redundant-routes",
        says="both heads fetch the mirrored digit d and write the answer d + 1, head 0 with strength 2 and head 1 with "
        "strength 1, so either suffices while the other is silent, and head 0 wins where they disagree",
        trap="ablated one at a time, neither seems to do anything",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(STRONG, "x[n-1-i]"),
            attends(WEAK, "x[n-1-i]"),
            unnecessary(STRONG, WEAK, by=silent),
            unnecessary(WEAK),
            necessary(f"{STRONG} + {WEAK}"),
            necessary(STRONG, by=("resample",)),
            sufficient(STRONG),
            carries(STRONG),
            carries(f"{STRONG} + {WEAK}"),
            carries(WEAK, at_most=0.1),
            implements(fetching(), digit_at(f"{STRONG} @ predicts y[i]")),
        ),
        refuted=(
            necessary(STRONG, WEAK, by=silent),
            necessary(WEAK),
            unnecessary(f"{STRONG} + {WEAK}"),
            unnecessary(STRONG, by=("resample",)),
            sufficient(WEAK),
            carries(WEAK),
            implements(fetching(), digit_at(f"{WEAK} @ predicts y[i]")),
        ),
        mixed=(unnecessary(STRONG), necessary(STRONG), unnecessary(STRONG, WEAK, f"{STRONG} + {WEAK}", by=silent)),
    )
