"""The same task as that of the leak, solved from the question."""

from __future__ import annotations

from openwork.claims import Accuracy, Attends
from openwork.testing.known_circuits.about import (
    EVERY,
    LATER,
    along,
    carries,
    implements,
    necessary,
    sufficient,
    unnecessary,
)
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.increment_chain import IncrementChain
from openwork.testing.known_circuits.programs import chaining, counting


def reads_question() -> KnownCircuit:
    """A head for every answer."""
    task = IncrementChain()
    bench = Bench(task, n_heads=task.length)
    for i, output in enumerate(task.outputs):
        others = {f"predicts {other}": "BOS" for other in task.outputs if other != output}
        bench.head(0, i).looks(others | {f"predicts {output}": "x"}).writes(bench.onto("answer", shift=i + 1))
    return KnownCircuit(
        name="reads-question",
        says="where y[i] is predicted, head i looks at x and writes x + i + 1; all other heads look at BOS and write "
        "nothing",
        trap="the answers given away are there to be used, and are not",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            Attends(head="blocks.0.attn.2", query="predicts y[2]", key="x"),
            carries("blocks.0.attn", variable="x"),
            carries("blocks.0.attn.2", variable="x", each=(("i", "2"),)),
            carries("hook_embed", at="x", variable="x"),
            carries("hook_embed", at="y[i-1]", variable="x", each=LATER, forced="changed", at_most=0.1),
            necessary("blocks.0.attn.0", "blocks.0.attn.1", "blocks.0.attn.2"),
            along("embed @ x -> blocks.0.attn", "blocks.0.attn -> output"),
            implements(counting(), {"shown[i]": "blocks.0.attn @ predicts y[i]"}),
        ),
        refuted=(
            carries("hook_embed", at="y[i-1]", variable="x", each=LATER, forced="changed"),
            carries("blocks.0.attn.0", variable="x", each=LATER),
            unnecessary("blocks.0.attn.0", "blocks.0.attn.1", "blocks.0.attn.2"),
            sufficient("blocks.0.attn.0"),
            along("embed @ predicts y[i] -> blocks.0.attn", "blocks.0.attn -> output", output="y[i]", each=LATER),
            implements(chaining(), {"first": "blocks.0.attn @ predicts y[0]"}, each=()),
        ),
        mixed=(
            carries("blocks.0.attn.1", variable="x"),
            sufficient("blocks.0.attn.0", output="y[i]", each=EVERY),
        ),
        vacuous=(sufficient("blocks.0.attn"),),
    )
