"""HOW IT LEARNS: recipes, schedules, named experiments, and a loop that yields events and knows no disk."""

from openwork.training.events import EpochEnd, Measured, Progress
from openwork.training.experiment import Experiment, experiment_from_json, subject_from_json, task_as_json
from openwork.training.experiments import EXPERIMENTS, named_experiment
from openwork.training.loop import train
from openwork.training.recipe import Recipe, recipe
from openwork.training.schedule import entropy_weight, learning_rate
from openwork.training.state import Status, TrainingState

__all__ = [
    "EXPERIMENTS",
    "EpochEnd",
    "Experiment",
    "Measured",
    "Progress",
    "Recipe",
    "Status",
    "TrainingState",
    "entropy_weight",
    "experiment_from_json",
    "learning_rate",
    "named_experiment",
    "recipe",
    "subject_from_json",
    "task_as_json",
    "train",
]
