"""A readout that works only with the unembedding, for the unembedding does the increment."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import EVERY, attends, carries, necessary, sufficient, unnecessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

HEAD, LAST = "blocks.0.attn.0", "blocks.0.hook_resid_post"


def unembedding_increments() -> KnownCircuit:
    """A head that copies, and an unembedding that is not the embedding."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("token", strength=3))
    digits = slice(bench.spaces["token"].start, bench.spaces["token"].start + task.base)
    bench.unembedding[digits, : task.base] = np.roll(np.eye(task.base), 1, axis=1)
    return KnownCircuit(
        name="unembedding-increments",
        says="the head adds the mirrored digit d, three times, to the stream as the embedding writes it; the "
        "unembedding reads the embedding of d as the answer d + 1",
        trap="in the embedding's basis the stream holds the digit, never the answer",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(HEAD, "x[n-1-i]"),
            ReadsOut(site=LAST),
            carries(HEAD),
            necessary(HEAD, by=("zero", "resample")),
            ReadsOut(site="hook_embed", output="y[0]"),
        ),
        refuted=(
            ReadsOut(site=LAST, basis="W_E"),
            ReadsOut(site=LAST, basis="W_E", measure="logit"),
            ReadsOut(site="hook_embed", output="y[i]", each=(("i", "1..n-1"),)),
            unnecessary(HEAD, by=("zero", "resample")),
            carries("hook_embed", each=(("i", "1..n-1"),)),
        ),
        mixed=(ReadsOut(site="hook_embed"), ReadsOut(site="hook_embed", output="y[i]", each=EVERY, at_least=0.5)),
        vacuous=(
            ReadsOut(site=LAST, measure="logit"),
            sufficient(HEAD),
        ),
    )
