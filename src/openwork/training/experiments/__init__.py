"""The list of experiments that have a name. One that is named as its task is that task's default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openwork.errors import Reason, RecipeError, suggestion
from openwork.tasks import Task, make_task
from openwork.tasks.registry import OURS
from openwork.training.experiment import Experiment
from openwork.training.experiments.default import default_experiment
from openwork.training.experiments.grokking import grokking
from openwork.training.experiments.max_of_4 import max_of_4
from openwork.training.experiments.notebook import notebook
from openwork.training.experiments.provable_adder import provable_adder


@dataclass(frozen=True)
class NamedExperiment:
    """An experiment that can be asked for by name, and the task it is about."""

    task: str
    make: Callable[[Task], Experiment]


EXPERIMENTS: dict[str, NamedExperiment] = {
    **{task.name: NamedExperiment(task.name, default_experiment) for task in OURS if task.learned is not None},
    "grokking": NamedExperiment("modular-addition", grokking),
    "max-of-4": NamedExperiment("maximum", max_of_4),
    "notebook": NamedExperiment("reverse-increment", notebook),
    "provable-adder": NamedExperiment("reversed-addition", provable_adder),
}
"""that of every task of ours that says how it is learned, and those that learn one of them in another way"""


def named_experiment(name: str, task: Task | None = None) -> Experiment:
    """The experiment of this name, on `task` or on its own task with default parameters.

    That of a task's own name is what the task says of how it is learned.

    Raises:
        RecipeError: no experiment has this name, or it is about another task.
    """
    if task is not None and task.learned is not None and name == task.name:
        return default_experiment(task)
    if name not in EXPERIMENTS:
        raise RecipeError(
            "unknown experiment", Reason(name, "no experiment has this name", suggestion(name, EXPERIMENTS))
        )
    named = EXPERIMENTS[name]
    if task is not None and task.name != named.task:
        raise RecipeError("wrong task", Reason(name, f"is an experiment on {named.task}, not on {task.name}"))
    return named.make(task or make_task(named.task))
