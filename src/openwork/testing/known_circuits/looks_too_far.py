"""A model that does not solve the task: how it does so cannot be asked."""

from __future__ import annotations

from openwork.claims import Accuracy, Linear, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    EVERY,
    LATER,
    affine,
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

HEAD, MLP = "blocks.0.attn.0", "blocks.0.mlp"


def looks_too_far() -> KnownCircuit:
    """Right but for one output."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, d_mlp=1)
    bench.head(0, 0).looks(bench.mirror | {"predicts y[0]": "x[0]"}).writes(bench.onto("answer", shift=1))
    return KnownCircuit(
        name="looks-too-far",
        says="the head fetches the mirrored digit and writes the answer, but for y[0] it looks at x[0]; the MLP "
        "writes nothing",
        trap="a mechanism is reported of a model that is wrong",
        task=task,
        stack=bench.stack(),
        confirmed=(Accuracy(output="y[i]", each=LATER), Accuracy(at_least=0.75)),
        refuted=(Accuracy(), Accuracy(output="y[0]")),
        mixed=(Accuracy(output="y[i]", each=EVERY),),
        undecided=(
            attends(HEAD, "x[n-1-i]"),
            ReadsOut(site="blocks.0.hook_resid_post"),
            necessary(HEAD),
            unnecessary(HEAD),
            carries(HEAD),
            sufficient(HEAD),
            affine(),
            Linear(components=(MLP,), at_most=0.99),
            implements(fetching(), digit_at(f"{HEAD} @ predicts y[i]")),
        ),
    )
