"""The increment is done by an MLP that is an affine map all the same."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy, Proved, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import (
    affine,
    along,
    attends,
    carries,
    curved,
    digit_at,
    implements,
    necessary,
    sufficient,
)
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.programs import fetching

HEAD, MLP = "blocks.0.attn.0", "blocks.0.mlp"


def affine_mlp_increments() -> KnownCircuit:
    """An MLP whose neurons are always on."""
    task = ReverseIncrement(4, 2)
    bench = Bench(task, {"fetched": task.base}, d_mlp=task.base)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("fetched"))
    mlp = bench.mlp(0)
    mlp.W_in[bench.spaces["fetched"]] = np.eye(task.base)
    mlp.b_in[:] = 1
    mlp.W_out[:] = bench.onto("answer", shift=1)
    mlp.b_out[bench.spaces["answer"]] = -1
    return KnownCircuit(
        name="affine-mlp-increments",
        says="the head fetches the mirrored digit, one-hot; the MLP, every neuron kept on by a bias, shifts it by one",
        trap="an MLP that is needed is taken for a non-linearity that is needed",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            Proved(margin=0.9),
            attends(HEAD, "x[n-1-i]"),
            ReadsOut(site="blocks.0.hook_resid_post", basis="W_U"),
            necessary("blocks.0.attn", MLP),
            affine(),
            carries(HEAD),
            carries(MLP),
            along(f"embed -> {HEAD}", f"{HEAD} -> {MLP}", f"{MLP} -> output"),
            implements(fetching(), digit_at(f"{HEAD} @ predicts y[i]")),
            implements(fetching(), digit_at(f"{MLP} @ predicts y[i]")),
        ),
        refuted=(
            Proved(margin=1.1),
            ReadsOut(site="blocks.0.hook_resid_mid", basis="W_U"),
            curved(),
            sufficient(HEAD),
            along(f"embed -> {HEAD}", f"{HEAD} -> output"),
            carries(MLP, at_most=0.1),
        ),
        vacuous=(sufficient(HEAD, MLP),),
    )
