"""The original notebook's recipe to the letter: its split is lexicographic, and nothing stops it before 40 epochs."""

from __future__ import annotations

from openwork.data import DataSplit
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe


def notebook(task: Task) -> Experiment:
    """The notebook's experiment on this task."""
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16)
    return Experiment(task, spec, Recipe(stop_when_solved=False), DataSplit(kind="lexicographic"))
