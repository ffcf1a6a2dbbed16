"""A model that gives one answer to everything; judged where that is right."""

from __future__ import annotations

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import carries, digit_at, implements, necessary, sufficient, unnecessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.programs import fetching

HEAD, LAST = "blocks.0.attn.0", "blocks.0.hook_resid_post"


def knows_nothing() -> KnownCircuit:
    """A bias, and a head that writes nothing."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task)
    bench.weights["unembed.b_U"][1] = 1
    return KnownCircuit(
        name="knows-nothing",
        says="the unembedding's bias says 1 whatever the question; the head writes nothing",
        trap="where it is right every answer is 1, so that whatever is left of it is right as well",
        task=task,
        stack=bench.stack(),
        only_right=True,
        # Where y[0] is predicted stands the digit 0.
        refuted=(Accuracy(), ReadsOut(site=LAST, basis="W_E", output="y[0]")),
        undecided=(
            necessary(HEAD),
            carries(HEAD),
            implements(fetching(), digit_at(f"{HEAD} @ predicts y[i]")),
        ),
        vacuous=(
            Accuracy(at_least=0.25),
            unnecessary(HEAD),
            sufficient(HEAD),
            ReadsOut(site=LAST, measure="logit"),
        ),
    )
