"""How `running-sum-sign` is learned: one layer with one head, on fresh inputs in every epoch, stopped when solved."""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def running_sum_sign(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=1, d_model=24, n_heads=1, d_head=12, d_mlp=8)
    return Experiment(task, spec, Recipe(epochs=30, lr=3e-3, warmup_epochs=2), Split(inputs=20_000, fresh=True))
