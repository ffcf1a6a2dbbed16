"""A model that works, but for one digit; judged where it is right."""

from __future__ import annotations

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
from openwork.testing.known_circuits.programs import fetching

HEAD, LAST = "blocks.0.attn.0", "blocks.0.hook_resid_post"


def one_digit_wrong() -> KnownCircuit:
    """Every digit but 3 is incremented."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task)
    written = bench.onto("answer", shift=1)
    written[3] = bench.onto("answer", shift=2)[3]
    bench.head(0, 0).looks(bench.mirror).writes(written)
    return KnownCircuit(
        name="one-digit-wrong",
        says="the head fetches the mirrored digit d and writes the answer d + 1, but d + 2 where d is 3",
        trap="the question that a value is taken from may be one that the model gets wrong, which says nothing of how "
        "it works where it is right",
        task=task,
        stack=bench.stack(),
        only_right=True,
        confirmed=(
            Accuracy(at_least=0.75),
            attends(HEAD, "x[n-1-i]"),
            carries(HEAD),
            necessary(HEAD),
            ReadsOut(site=LAST),
            implements(fetching(), digit_at(f"{HEAD} @ predicts y[i]")),
        ),
        refuted=(
            Accuracy(),
            carries(HEAD, at_most=0.1),
            carries("hook_pos_embed"),
            unnecessary(HEAD),
            ReadsOut(site="blocks.0.hook_resid_pre"),
        ),
        vacuous=(sufficient(HEAD),),
    )
