"""How `reverse-increment` is learned: the original notebook's model, on a shuffled split, stopped when solved."""

from __future__ import annotations

from openwork.data import Split
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def reverse_increment(task: Task) -> Experiment:
    """The default experiment for this task."""
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16)
    return Experiment(task, spec, Recipe(), Split())
