"""The increment is done by the value-output map, in a model that has an MLP which bends and is idle."""

from __future__ import annotations

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    affine,
    along,
    carries,
    curved,
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


def value_output_increments() -> KnownCircuit:
    """A head that does it all before the MLP."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, {"unread": 1}, d_mlp=2)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    mlp = bench.mlp(0)
    mlp.W_in[bench.spaces["answer"], :] = [[-1, 1], [0, 0], [1, -1], [1, 1]]
    mlp.W_out[:, bench.spaces["unread"]] = 10
    return KnownCircuit(
        name="value-output-increments",
        says="the head fetches the mirrored digit d and its value-output map writes the answer d + 1; the MLP makes a "
        "non-linear function of the answer, in a dimension that nothing reads",
        trap="a non-linear MLP that the answer does not need is credited with the increment",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            ReadsOut(site="blocks.0.hook_resid_mid", measure="logit"),
            affine(),
            unnecessary(MLP),
            necessary(HEAD),
            carries(HEAD),
            carries(MLP, at_most=0.1),
            sufficient(HEAD),
            along(f"embed -> {HEAD}", f"{HEAD} -> output"),
            implements(fetching(), digit_at(f"{HEAD} @ predicts y[i]")),
        ),
        refuted=(
            curved(),
            necessary(MLP),
            carries(MLP),
            sufficient(MLP),
            along(f"embed -> {HEAD}", f"{HEAD} -> {MLP}", f"{MLP} -> output"),
            implements(fetching(), digit_at(f"{MLP} @ predicts y[i]")),
        ),
        mixed=(necessary(HEAD, MLP),),
    )
