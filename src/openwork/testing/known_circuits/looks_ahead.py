"""A model that looks ahead, at questions of several lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.claims import Accuracy, Attends, Carries, ReadsOut
from openwork.tasks import BalancedBrackets
from openwork.testing.known_circuits.about import along, necessary, sufficient, unnecessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

FIRST, SECOND, AT = "blocks.0.attn.0", "blocks.0.attn.1", "predicts balanced"
YES = 1


def looks_ahead() -> KnownCircuit:
    """One head for each bracket; a text is balanced where both say so."""
    bench = Bench(BalancedBrackets(2), n_heads=2)
    bench.head(0, 0).looks({AT: "b[0]"}).writes(_one_for(bench, "("))
    bench.head(0, 1).looks({AT: "b[1]"}).writes(_one_for(bench, ")"))
    bench.weights["unembed.b_U"][1 - YES] = 1.5
    return KnownCircuit(
        name="looks-ahead",
        says="from the start, head 0 looks at the first symbol and writes 1 to yes where that opens, head 1 at the "
        "second and writes 1 where that closes; the unembedding's bias gives no 1.5",
        trap="the answer stands before what it is made from, texts end in pads, and most changes change nothing",
        task=bench.task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            Attends(head=FIRST, query=AT, key="b[0]"),
            Attends(head=SECOND, query=AT, key="b[1]"),
            _carries(FIRST, "b[0]"),
            _carries(SECOND, "b[1]"),
            _carries("hook_embed", "b[0]", "b[0]"),
            _carries(FIRST, "b[1]", at_most=0.1),
            necessary(FIRST, SECOND, by=("zero", "mean")),
            along(*(f"embed @ b[{i}] -> {head}" for i, head in enumerate((FIRST, SECOND))), *_out(FIRST, SECOND)),
        ),
        refuted=(
            Attends(head=FIRST, query=AT, key="b[1]"),
            _carries(FIRST, "b[1]"),
            _carries(SECOND, "b[0]"),
            _carries(FIRST, "b[0]", "b[0]"),
            unnecessary(FIRST, SECOND, by=("zero", "mean")),
            along(f"embed @ b[0] -> {FIRST}", *_out(FIRST)),
        ),
        undecided=(_carries(FIRST, "b[2]"),),
        vacuous=(
            ReadsOut(site="blocks.0.hook_resid_post", measure="logit"),
            sufficient(f"{FIRST} @ {AT}", f"{SECOND} @ {AT}"),  # no other head is, and elsewhere nothing is read
        ),
    )


def _one_for(bench: Bench, symbol: str) -> NDArray[np.float64]:
    seen = np.zeros((len(bench.task.vocabulary), 2))
    seen[bench.task.vocabulary.symbols.index(symbol), YES] = 1
    return bench.rows("answer", seen)


def _carries(component: str, variable: str, at: str = AT, **more: Any) -> Carries:
    return Carries(component=component, variable=variable, output="balanced", at=(at,), **more)


def _out(*heads: str) -> tuple[str, ...]:
    return tuple(f"{head} @ {AT} -> output" for head in heads)
