"""How a task is learned by default: a usual small model, but for what the task says (`Task.learned`)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from openwork.data import DataSplit
from openwork.data.domain import MOST_ENUMERATED
from openwork.errors import OpenworkError, Reason, RecipeError, suggestion
from openwork.models import reasons_of, spec_for
from openwork.tasks import Task
from openwork.training.experiment import Experiment
from openwork.training.recipe import recipe

MODEL = {"n_layers": 2, "d_model": 32, "n_heads": 2, "d_head": 16, "d_mlp": 64}
TRAINING = {"epochs": 200, "lr": 3e-3, "batch_size": 64}
SPLIT = {"held_out": 0.1}
DRAWN = {"inputs": 60_000, "fresh": True}
"""where a task has more questions than can be trained on: so many, drawn anew in every epoch"""
PARTS = ("model", "training", "split")


def default_experiment(task: Task) -> Experiment:
    """The experiment for this task, ours or the user's own.

    Raises:
        RecipeError: what the task says of model, training and split cannot be; with every reason.
    """
    said = task.learned or {}
    reasons = [Reason(part, "is not a part of an experiment", suggestion(part, PARTS)) for part in set(said) - {*PARTS}]
    spec = how = which = None
    try:
        spec = spec_for(task, **{**MODEL, **said.get("model", {})})
    except OpenworkError as error:
        reasons += [Reason(f"model, {r.where}", r.what, r.mend) for r in error.reasons]
    try:
        how = recipe(**{**TRAINING, **said.get("training", {})})
    except OpenworkError as error:
        reasons += [Reason(f"training, {r.where}", r.what, r.mend) for r in error.reasons]
    try:
        which = DataSplit(**{**SPLIT, **_drawn(task), **said.get("split", {})})
    except ValidationError as error:
        reasons += [Reason(f"split, {r.where}", r.what, r.mend) for r in reasons_of(error, DataSplit)]
    if spec is None or how is None or which is None or reasons:
        raise RecipeError(f"{task} cannot be trained as its file says", reasons)
    return Experiment(task, spec, how, which)


def _drawn(task: Task) -> dict[str, Any]:
    """How questions are drawn, where not all can be trained on."""
    size = task.domain_size
    return DRAWN if size is None or size > MOST_ENUMERATED else {}
