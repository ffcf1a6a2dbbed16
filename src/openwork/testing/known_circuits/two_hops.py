"""Fetch by position in two hops, beside an answer that needs no head at all."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from openwork.claims import Accuracy, Attends, Claim, Decompiles, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    LATER,
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
from openwork.testing.known_circuits.programs import fetching, inside_two_hops

FIRST, SECOND = "blocks.0.attn.0", "blocks.1.attn.0"


def two_hops() -> KnownCircuit:
    """A head that moves every digit one position on, and one that fetches it from there."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, {"moved": task.base}, n_layers=2)
    places = ["BOS", "x[0]", "x[1]", "x[2]", "y[0]", "y[1]"]
    bench.head(0, 0).looks(dict(zip(places[1:], places, strict=False))).writes(bench.onto("moved"))
    targets = {"predicts y[0]": "BOS", "predicts y[1]": "x[2]", "predicts y[2]": "x[1]"}
    bench.head(1, 0).looks(targets).writes(bench.onto("answer", shift=1, strength=2), read="moved")
    bench.unembedding[: task.base, : task.base] = np.roll(np.eye(task.base), 1, axis=1)
    one_hop = (f"embed -> {SECOND}", f"{SECOND} -> output")
    first_hop = f"embed @ x[n-1-i] -> {FIRST} @ x[n-i]"
    second_hop = f"{FIRST} @ x[n-i] -> {SECOND} @ predicts y[i]"
    last = f"{SECOND} @ predicts y[i] -> output @ predicts y[i]"
    return KnownCircuit(
        name="two-hops",
        says="the head of layer 0 copies every token to the position after it; that of layer 1 fetches the mirrored "
        "digit d from there and writes 2 to the answer d + 1; y[0] needs no head, for the unembedding reads the token "
        "d that stands where y[0] is predicted as 1 for the answer d + 1",
        trap="attention shows the layer-1 head looking at the wrong digit",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(SECOND, "x[n-i]", LATER),
            Attends(head=FIRST, query="x[n-i]", key="x[n-1-i]", each=LATER),
            carries("blocks.0.attn", at="x[n-i]", each=LATER),
            carries("blocks.1.attn", each=LATER),
            carries("blocks.0.attn + blocks.1.attn", each=(("i", "0"),), at_most=0.1),
            necessary(FIRST, SECOND),
            sufficient(f"{FIRST} @ x[n-i]", f"{SECOND} @ predicts y[i]", each=LATER),
            along(first_hop, second_hop, last, output="y[i]", each=LATER),
            along("embed @ predicts y[0] -> output", output="y[0]"),
            ReadsOut(site="blocks.0.hook_resid_pre", measure="logit", output="y[0]"),
            implements(fetching(), digit_at(f"{FIRST} @ x[n-i]"), each=LATER),
            implements(fetching(), digit_at(f"{SECOND} @ predicts y[i]"), each=LATER),
            Decompiles(program=inside_two_hops()),
            Decompiles(program=inside_two_hops(), lines="head0[3]"),
        ),
        refuted=(
            Decompiles(program=inside_two_hops(3, 2), lines=("head0[3]", "head0[2]")),
            attends(SECOND, "x[n-1-i]", LATER),
            carries("blocks.0.attn", each=LATER),
            carries("blocks.1.attn", each=(("i", "0"),)),
            carries("hook_embed", each=LATER),
            unnecessary(FIRST, SECOND),
            sufficient(SECOND),
            sufficient(FIRST, output="y[i]", each=LATER),
            along(*one_hop, output="y[i]", each=LATER),
            along(first_hop, second_hop, last, "embed @ predicts y[i] -> output", each=(("i", "1"),)),
            implements(fetching(), digit_at(f"{FIRST} @ predicts y[i]"), each=LATER),
            implements(fetching(), digit_at(f"{SECOND} @ predicts y[i]"), each=(("i", "0"),)),
        ),
        mixed=(
            carries("blocks.1.attn"),
            sufficient(SECOND, output="y[i]", each=(("i", "outputs"),)),
            ReadsOut(site="blocks.0.hook_resid_pre", measure="logit"),
            implements(fetching(), digit_at(f"{SECOND} @ predicts y[i]")),
        ),
        vacuous=_vacuous(),
    )


def _vacuous() -> tuple[Claim, ...]:
    """Claims that hold of it, and of every model."""
    return (
        carries("hook_embed", at="x[n-1-i]"),
        carries("hook_embed", each=(("i", "0"),)),
        ReadsOut(site="blocks.1.hook_resid_post", measure="logit"),
        carries("hook_embed", at=""),
        along(*(f"{sender} -> {reader}" for sender, reader in combinations(("embed", FIRST, SECOND, "output"), 2))),
    )
