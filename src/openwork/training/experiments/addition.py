"""How `addition` is learned: two layers, since carries go on; stopped when solved."""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def addition(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=2, d_model=32, n_heads=2, d_head=16, d_mlp=64)
    return Experiment(task, spec, Recipe(epochs=100, lr=4e-3, batch_size=64), Split(held_out=0.1))
