"""The increment is done by an MLP, and no affine map could do it."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy, Linear, ReadsOut
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


def curved_mlp_increments() -> KnownCircuit:
    """An MLP that turns a number into a one-hot vector."""
    task = ReverseIncrement(4, 3)
    knots = np.arange(-1, task.base + 1)
    bench = Bench(task, {"value": 1}, d_mlp=len(knots))
    bench.head(0, 0).looks(bench.mirror).writes(bench.rows("value", np.arange(task.base)[:, None]))
    mlp = bench.mlp(0)
    mlp.W_in[bench.spaces["value"]] = 1
    mlp.b_in[:] = -knots
    for digit in range(task.base):
        answer = bench.spaces["answer"].start + (digit + 1) % task.base
        mlp.W_out[digit : digit + 3, answer] = (1, -2, 1)
    return KnownCircuit(
        name="curved-mlp-increments",
        says="the head fetches the mirrored digit as a number v; the MLP makes relu(v-d+1) - 2 relu(v-d) + "
        "relu(v-d-1), which is 1 for the digit d alone, and writes it to the answer d + 1",
        trap="an MLP that bends is taken for a matrix",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            ReadsOut(site="blocks.0.hook_resid_post", basis="W_U"),
            necessary(MLP),
            curved(),
            carries(HEAD),
            carries(MLP),
            along(f"embed -> {HEAD}", f"{HEAD} -> {MLP}", f"{MLP} -> output"),
            implements(fetching(), digit_at(f"{HEAD} @ predicts y[i]")),
            implements(fetching(), digit_at(f"{MLP} @ predicts y[i]")),
        ),
        refuted=(
            affine(),
            unnecessary(HEAD, MLP),
            sufficient(MLP),
            along(f"embed -> {MLP}", f"{MLP} -> output"),
            carries(HEAD, at="x[n-1-i]", each=(("i", "1..n-1"),)),
            implements(fetching(), digit_at(f"{MLP} @ x[i]"), each=(("i", "0..n-2"),)),
        ),
        vacuous=(
            carries("blocks.0.hook_resid_mid"),
            Linear(components=("blocks.0.mlp",), at_most=1.0),
        ),
    )
