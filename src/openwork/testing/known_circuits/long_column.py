"""A readout whose directions are not of one length."""

from __future__ import annotations

from openwork.claims import Accuracy, ReadsOut
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import carries, necessary, sufficient
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

HEAD, LAST = "blocks.0.attn.0", "blocks.0.hook_resid_post"


def long_column() -> KnownCircuit:
    """An unembedding with one long column, and a bias that makes up for it."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, {"always": 1})
    bench.weights["pos_embed.W_pos"][:, bench.spaces["always"]] = 1
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    bench.unembedding[bench.spaces["always"], : task.base] = 1
    bench.unembedding[:, 0] *= 10
    bench.weights["unembed.b_U"][0] = -9
    return KnownCircuit(
        name="long-column",
        says="the head fetches the mirrored digit d and writes 1 to the answer d + 1; a dimension that is always 1 "
        "adds 1 to every answer, and the unembedding reads the answer 0 ten times as strongly, less a bias of 9",
        trap="by dot products alone the longest column is the nearest, whatever the stream holds",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            ReadsOut(site=LAST),
            carries(HEAD),
            necessary(HEAD),
        ),
        refuted=(ReadsOut(site="blocks.0.hook_resid_pre"), ReadsOut(site=LAST, basis="W_E")),
        vacuous=(
            ReadsOut(site=LAST, measure="logit"),
            sufficient(HEAD),
        ),
    )
