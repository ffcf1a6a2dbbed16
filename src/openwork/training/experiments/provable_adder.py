"""How `reversed-addition` is learned so that it can be proved on more pairs than anybody can list.

A proof by sets asks what any digit does at the places that do not matter. A model trained on right answers alone looks
at them a little, which samples do not show and sets do; a term of the loss on the entropy of attention, which knows
nothing of the task, takes that away. Scores are not divided and nothing is normalised: then attention sharpens sooner,
and what the rest of the model makes of a set is followed more closely. Weights begin twice as large as
elsewhere, or ten digits are not learned at all. docs/proofs.md has figures.
"""

from __future__ import annotations

from openwork.data import DataSplit
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe

STEPS = 40
"""in an epoch"""
BATCH = 256


def provable_adder(task: Task) -> Experiment:
    """The same for any number of digits."""
    sizes = {"n_layers": 1, "d_model": 64, "n_heads": 4, "d_head": 16, "d_mlp": 256}
    spec = spec_for(task, **sizes, normalization_type=None, attn_scale=1.0)
    recipe = Recipe(
        epochs=75,
        batch_size=BATCH,
        lr=1.5e-3,
        beta2=0.98,
        weight_decay=0.0,
        attn_entropy=0.1,
        initializer_range=0.2,
        stop_when_solved=False,
        record_every=5,
    )
    drawn = STEPS * BATCH
    return Experiment(task, spec, recipe, DataSplit(held_out=0.1, inputs=round(drawn / 0.9), fresh=True))
