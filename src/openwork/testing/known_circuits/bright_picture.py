"""A head that attends strongly to the right token and carries nothing, beside a faint one that does the work."""

from __future__ import annotations

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    along,
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

FAINT, BRIGHT = "blocks.0.attn.0", "blocks.0.attn.1"


def bright_picture() -> KnownCircuit:
    """Two heads that look at the same digit."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, {"unread": task.base}, n_heads=2)
    faint = bench.head(0, 0).looks(bench.mirror, score=20).looks({query: "BOS" for query in bench.mirror}, score=21)
    faint.writes(bench.onto("answer", shift=1))
    bench.head(0, 1).looks(bench.mirror).writes(bench.onto("unread", strength=5))
    return KnownCircuit(
        name="bright-picture",
        says="head 1 gives the mirrored digit all its attention and copies it to dimensions that nothing reads; head 0 "
        "gives it e^20 / (e^20 + e^21), a quarter, and the rest to BOS, and writes the answer",
        trap="the heatmap, and any probe of its output, point at a head that carries nothing",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(BRIGHT, "x[n-1-i]"),
            attends(FAINT, "BOS"),
            carries(FAINT),
            carries(BRIGHT, at_most=0.1),
            necessary(FAINT),
            unnecessary(BRIGHT),
            sufficient(FAINT),
            along(f"embed -> {FAINT}", f"{FAINT} -> output"),
            implements(fetching(), digit_at(f"{FAINT} @ predicts y[i]")),
        ),
        refuted=(
            attends(FAINT, "x[n-1-i]"),
            attends(BRIGHT, "BOS"),
            carries(BRIGHT),
            necessary(BRIGHT),
            unnecessary(FAINT),
            sufficient(BRIGHT),
            along(f"embed -> {BRIGHT}", f"{BRIGHT} -> output"),
            implements(fetching(), digit_at(f"{BRIGHT} @ predicts y[i]")),
            implements(fetching(), digit_at(f"{BRIGHT} @ predicts y[i]"), at_least=0.2),
        ),
        mixed=(necessary(FAINT, BRIGHT), unnecessary(FAINT, BRIGHT)),
        vacuous=(ReadsOut(site="blocks.0.hook_resid_post", measure="logit"),),
    )
