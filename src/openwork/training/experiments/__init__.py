"""The list of experiments that have a name. One that is named as its task is that task's default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openwork.errors import Reason, RecipeError, suggestion
from openwork.tasks import Task, make_task
from openwork.training.experiment import Experiment
from openwork.training.experiments.addition import addition
from openwork.training.experiments.caesar_shift import caesar_shift
from openwork.training.experiments.copy import copy
from openwork.training.experiments.first_unique import first_unique
from openwork.training.experiments.grokking import grokking
from openwork.training.experiments.induction import induction
from openwork.training.experiments.majority import majority
from openwork.training.experiments.maximum import maximum
from openwork.training.experiments.modular_addition import modular_addition
from openwork.training.experiments.modular_polynomial import modular_polynomial
from openwork.training.experiments.notebook import notebook
from openwork.training.experiments.own import own
from openwork.training.experiments.parity import parity
from openwork.training.experiments.permutation_composition import permutation_composition
from openwork.training.experiments.reverse import reverse
from openwork.training.experiments.reverse_increment import reverse_increment
from openwork.training.experiments.run_length import run_length
from openwork.training.experiments.running_sum_sign import running_sum_sign
from openwork.training.experiments.sort import sort


@dataclass(frozen=True)
class NamedExperiment:
    """An experiment that can be asked for by name, and the task it is about."""

    task: str
    make: Callable[[Task], Experiment]


EXPERIMENTS: dict[str, NamedExperiment] = {
    "reverse-increment": NamedExperiment("reverse-increment", reverse_increment),
    "running-sum-sign": NamedExperiment("running-sum-sign", running_sum_sign),
    "modular-addition": NamedExperiment("modular-addition", modular_addition),
    "grokking": NamedExperiment("modular-addition", grokking),
    "addition": NamedExperiment("addition", addition),
    "caesar-shift": NamedExperiment("caesar-shift", caesar_shift),
    "copy": NamedExperiment("copy", copy),
    "induction": NamedExperiment("induction", induction),
    "reverse": NamedExperiment("reverse", reverse),
    "run-length": NamedExperiment("run-length", run_length),
    "sort": NamedExperiment("sort", sort),
    "first-unique": NamedExperiment("first-unique", first_unique),
    "majority": NamedExperiment("majority", majority),
    "maximum": NamedExperiment("maximum", maximum),
    "modular-polynomial": NamedExperiment("modular-polynomial", modular_polynomial),
    "parity": NamedExperiment("parity", parity),
    "permutation-composition": NamedExperiment("permutation-composition", permutation_composition),
    "notebook": NamedExperiment("reverse-increment", notebook),
}


def named_experiment(name: str, task: Task | None = None) -> Experiment:
    """The experiment of this name, on `task` or on its own task with default parameters; of a user's own
    task, what its file says.

    Raises:
        RecipeError: no experiment has this name, or it is about another task.
    """
    if task is not None and task.learned is not None and name == task.name:
        return own(task)
    if name not in EXPERIMENTS:
        raise RecipeError(
            "unknown experiment", Reason(name, "no experiment has this name", suggestion(name, EXPERIMENTS))
        )
    found = EXPERIMENTS[name]
    if task is not None and task.name != found.task:
        raise RecipeError("wrong task", Reason(name, f"is an experiment on {found.task}, not on {task.name}"))
    return found.make(task or make_task(found.task))
