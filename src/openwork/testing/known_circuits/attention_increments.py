"""The increment is done by a head's value-output map; beside it, a head that is a constant and one that is nothing."""

from __future__ import annotations

from openwork.claims import Accuracy, Claim, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    EVERY,
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
from openwork.testing.known_circuits.programs import adding_first, adding_then_fetching, adding_two, fetching

FETCHES, CONSTANT, IDLE = "blocks.0.attn.0", "blocks.0.attn.1", "blocks.0.attn.2"


def attention_increments() -> KnownCircuit:
    """Three heads and no MLP."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, n_heads=3)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    bench.head(0, 1).looks({query: "BOS" for query in bench.mirror})
    bench.weights["blocks.0.attn.W_V"][1, task.base, 0] = 1
    bench.weights["blocks.0.attn.W_O"][1, 0, bench.spaces["answer"].start] = -4
    bench.weights["unembed.b_U"][0] = 4
    return KnownCircuit(
        name="attention-increments",
        says="head 0 fetches the mirrored digit d and writes the answer d + 1; head 1 always takes 4 from the answer "
        "0, which the unembedding's bias gives back; head 2 writes nothing",
        trap="zero-ablation calls a constant head necessary",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            Accuracy(output="y[i]", each=EVERY),
            attends(FETCHES, "x[n-1-i]"),
            attends(CONSTANT, "BOS"),
            necessary("blocks.0.attn", FETCHES),
            necessary(CONSTANT, by=("zero",)),
            unnecessary(IDLE),
            unnecessary(CONSTANT, by=("mean", "resample")),
            sufficient(FETCHES),
            carries(FETCHES),
            carries(CONSTANT, at_most=0.1),
            implements(fetching(), digit_at(f"{FETCHES} @ predicts y[i]")),
            implements(adding_then_fetching(), {"fetched[i]": f"{FETCHES} @ predicts y[i]"}),
            implements(fetching(), {"digit[0]": FETCHES}, each=(), sources="near"),
        ),
        refuted=(
            attends(FETCHES, "BOS"),
            attends(IDLE, "x[n-1-i]"),
            ReadsOut(site="blocks.0.hook_resid_post", basis="W_U", measure="cosine"),
            ReadsOut(site="blocks.0.hook_resid_post", basis="W_E"),
            necessary(IDLE),
            necessary(CONSTANT, by=("mean", "resample")),
            unnecessary(FETCHES),
            sufficient(CONSTANT, IDLE),
            carries(CONSTANT),
            carries(FETCHES, at_most=0.1),
            implements(fetching(), digit_at(f"{CONSTANT} @ predicts y[i]")),
            implements(fetching(), {"digit[0]": FETCHES}, each=()),
            implements(adding_two(), digit_at(f"{FETCHES} @ predicts y[i]")),
            implements(fetching(), digit_at(f"{FETCHES} @ x[i]"), each=(("i", "0..n-2"),)),
        ),
        mixed=(
            attends(FETCHES, "x[i]"),
            necessary(CONSTANT),
            unnecessary(CONSTANT),
            unnecessary(FETCHES, IDLE),
            implements(adding_first(), {"sums[i]": "blocks.0.attn @ x[i]"}),
        ),
        undecided=(carries(FETCHES, variable="x[i]", each=(("i", "0, n-1"),)),),
        vacuous=_vacuous(),
    )


def _vacuous() -> tuple[Claim, ...]:
    """Claims that hold of it, and of every model."""
    return (
        ReadsOut(site="blocks.0.hook_resid_post", basis="W_U", measure="logit"),
        Accuracy(at_least=1e-6),
        attends(FETCHES, "BOS", at_least=0.0),
        necessary(IDLE, at_most=1.0),
        unnecessary(IDLE, at_least=1e-6),
        carries(FETCHES, at_least=1e-6),
        implements(fetching(), digit_at(f"{FETCHES} @ predicts y[i]"), at_least=1e-6),
    )
