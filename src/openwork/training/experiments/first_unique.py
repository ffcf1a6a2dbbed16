"""How `first-unique` is learned: two layers, on fresh inputs in every epoch, stopped when solved.

Without weight decay and with 128 neurons; with 0.01 and 64, the last answer in 100,000 stays wrong (docs/log.md).
"""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def first_unique(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=2, d_model=32, n_heads=2, d_head=16, d_mlp=128)
    recipe = Recipe(epochs=120, lr=4e-3, batch_size=128, warmup_epochs=2, weight_decay=0.0)
    return Experiment(task, spec, recipe, Split(inputs=20_000, fresh=True, held_out=0.1))
