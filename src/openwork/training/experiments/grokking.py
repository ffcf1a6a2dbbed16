"""How `modular-addition` groks: full batches and strong weight decay on a share of the questions.

The model knows what it was trained on after some hundred epochs, and finds the rule thousands of epochs later: Power et
al., "Grokking" (2022). An epoch is one step on everything, so one in a hundred is measured and kept. At p = 113 the
model has the sizes of Nanda et al., "Progress measures for grokking via mechanistic interpretability" (2023), and at a
smaller modulus fewer of everything. docs/grokking.md has figures, and says what else differs from the paper.
"""

from __future__ import annotations

from openwork.data import DataSplit
from openwork.models import spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import Recipe

PUBLISHED_P = 113
SMALL_P = 53
"""below it two fifths of the questions are too few to find the rule from (docs/log.md): seven tenths are trained on"""
OURS = {"d_model": 48, "n_heads": 4, "d_head": 12, "d_mlp": 96}
PUBLISHED = {"d_model": 128, "n_heads": 4, "d_head": 32, "d_mlp": 512}


def grokking(task: Task) -> Experiment:
    """The default size for grokking this task at its modulus."""
    p = task.params["p"]
    sizes, epochs, held_out = (PUBLISHED, 40_000, 0.7) if p >= PUBLISHED_P else (OURS, 15_000, 0.6)
    if p < SMALL_P:
        held_out = 0.3
    spec = spec_for(task, n_layers=1, normalization_type=None, **sizes)
    recipe = Recipe(
        epochs=epochs,
        batch_size=p * p,
        lr=1e-3,
        schedule="constant",
        beta2=0.98,
        weight_decay=1.0,
        max_grad_norm=None,
        stop_when_solved=False,
        record_every=100,
    )
    return Experiment(task, spec, recipe, DataSplit(held_out=held_out))
