"""The benchmark of Gross et al., "Compact Proofs of Model Performance via Mechanistic Interpretability" (2024).

`maximum` by one layer of attention with one head and nothing else, no norms, as theirs; ours has biases, and answers at
`=`. Questions are drawn anew in every epoch. At 64 numbers in 4 places there are 16.8 million.
"""

from __future__ import annotations

from openwork.data import DataSplit
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe

INPUTS = 25_600
"""drawn for an epoch, a tenth of them held out: 180 steps"""


def max_of_4(task: Task) -> Experiment:
    """The same for any numbers."""
    spec = spec_for(task, n_layers=1, d_model=32, n_heads=1, d_head=32, attn_only=True, normalization_type=None)
    recipe = Recipe(
        epochs=40, batch_size=128, lr=5e-3, beta2=0.98, weight_decay=0.0, stop_when_solved=False, record_every=10
    )
    return Experiment(task, spec, recipe, DataSplit(held_out=0.1, inputs=INPUTS, fresh=True))
