"""How `induction` is learned: two layers of attention alone, the least for an induction head; stopped when solved."""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def induction(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=2, d_model=16, n_heads=1, d_head=8, attn_only=True)
    return Experiment(task, spec, Recipe(epochs=60, lr=4e-3, batch_size=128), Split(held_out=0.1))
