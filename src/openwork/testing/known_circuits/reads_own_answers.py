"""An answer that leaks from the teacher-forced output before it, instead of coming from the question."""

from __future__ import annotations

from openwork.claims import Accuracy
from openwork.testing.known_circuits.about import (
    EVERY,
    LATER,
    along,
    attends,
    carries,
    implements,
    necessary,
    sufficient,
)
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.increment_chain import IncrementChain
from openwork.testing.known_circuits.programs import chaining, counting

HEAD = "blocks.0.attn.0"


def reads_own_answers() -> KnownCircuit:
    """A head that looks at the token it stands on."""
    task = IncrementChain()
    bench = Bench(task)
    own = {f"predicts {output}": f"predicts {output}" for output in task.outputs}
    bench.head(0, 0).looks(own).writes(bench.onto("answer", shift=1))
    question = (f"embed @ x -> {HEAD}", f"{HEAD} -> output")
    return KnownCircuit(
        name="reads-own-answers",
        says="the head looks at the token before the answer, which is x for y[0] and the teacher-forced y[i-1] for "
        "y[i], and writes that digit plus one",
        trap="the answer follows the question only because the right answers before it were given away",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(HEAD, "predicts y[i]"),
            carries(HEAD, variable="x", each=(("i", "0"),)),
            carries(HEAD, variable="x", forced="changed"),
            carries(HEAD, variable="x", each=LATER, at_most=0.1),
            carries("hook_embed", at="y[i-1]", variable="x", each=LATER, forced="changed"),
            necessary(HEAD),
            along(f"embed @ predicts y[i] -> {HEAD} @ predicts y[i]", f"{HEAD} -> output", output="y[i]", each=EVERY),
            implements(counting(), {"shown[i]": f"{HEAD} @ predicts y[i]"}),
            implements(chaining(), {"third": f"{HEAD} @ predicts y[2]"}, each=()),
        ),
        refuted=(
            attends(HEAD, "x", LATER),
            carries(HEAD, variable="x", each=LATER),
            carries("hook_embed", at="x", variable="x", each=LATER),
            carries("hook_embed", at="x", variable="x", each=LATER, forced="changed"),
            along(*question, output="y[i]", each=LATER),
            implements(chaining(), {"first": f"{HEAD} @ predicts y[0]"}, each=()),
        ),
        mixed=(
            carries(HEAD, variable="x"),
            along(*question, output="y[i]", each=EVERY),
            implements(chaining(), {"second": f"{HEAD} @ predicts y[1]", "third": f"{HEAD} @ predicts y[2]"}, each=()),
        ),
        vacuous=(sufficient(HEAD),),
    )
