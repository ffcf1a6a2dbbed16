"""An MLP whose output is a constant: zero-ablation breaks the model, the mean does not."""

from __future__ import annotations

from openwork.claims import Accuracy
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.about import affine, carries, curved, necessary, sufficient, unnecessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

HEAD, MLP = "blocks.0.attn.0", "blocks.0.mlp"


def constant_mlp() -> KnownCircuit:
    """A head that does the work, and a bias that is spread over two places."""
    task = ReverseIncrement(4, 3)
    bench = Bench(task, d_mlp=1)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    bench.mlp(0).b_in[:] = 1
    bench.mlp(0).W_out[0, bench.spaces["answer"].start + 3] = -2
    bench.weights["unembed.b_U"][3] = 2
    return KnownCircuit(
        name="constant-mlp",
        says="the head fetches the mirrored digit d and writes the answer d + 1; the MLP's one neuron is always 1 and "
        "takes 2 from the answer 3, which the unembedding's bias gives back",
        trap="zero-ablation calls an MLP necessary that knows nothing of the input",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            necessary(MLP, by=("zero",)),
            unnecessary(MLP, by=("mean", "resample")),
            necessary(HEAD),
            affine(),
            carries(MLP, at_most=0.1),
            sufficient(HEAD),
        ),
        refuted=(
            necessary(MLP, by=("mean", "resample")),
            unnecessary(MLP, by=("zero",)),
            curved(),
            carries(MLP),
            sufficient(MLP),
        ),
        mixed=(necessary(MLP), unnecessary(MLP), necessary(HEAD, MLP)),
    )
