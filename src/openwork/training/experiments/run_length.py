"""How `run-length` is learned: small batches and no weight decay, for long runs are rare; stopped when solved."""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def run_length(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=2, d_model=16, n_heads=2, d_head=8, d_mlp=64)
    return Experiment(task, spec, Recipe(epochs=200, lr=3e-3, batch_size=32, weight_decay=0.0), Split(held_out=0.1))
