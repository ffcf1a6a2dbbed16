"""How `sort` is learned: one layer with two heads; stopped when solved."""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def sort(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=1, d_model=16, n_heads=2, d_head=8, d_mlp=32)
    return Experiment(task, spec, Recipe(epochs=100, batch_size=64), Split(held_out=0.1))
