"""How `parity` is learned: one layer, trained on every question in small batches, stopped when solved.

Nothing is held out: what is seen of parity says nothing of what is not, unless the rule is found. A higher rate, or
fewer neurons, leaves some seeds at the level of guessing (docs/log.md).
"""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def parity(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=1, d_model=32, n_heads=4, d_head=8, d_mlp=128)
    return Experiment(task, spec, Recipe(epochs=400, lr=1e-3, batch_size=32), Split(held_out=0.0))
