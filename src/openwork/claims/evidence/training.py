"""How often a named experiment succeeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openwork.claims.context import Context, Evidence, Trials
from openwork.training import named_experiment


@dataclass(frozen=True)
class TrainedSeeds(Evidence[Trials | None]):
    """The experiment trained with seeds 0 .. `seeds`-1; None where that is not known.

    Costs one row for every training input in every epoch, and one for every question at the end of each: a recipe
    that stops early, or a store that knows the answer, costs less.
    """

    trains: ClassVar[bool] = True

    experiment: str
    seeds: int

    def rows(self, context: Context) -> int:
        if context.trials is None:
            return 0
        experiment = named_experiment(self.experiment, context.task)
        trained_on, held_out = experiment.split.sizes(context.task)
        return self.seeds * experiment.recipe.epochs * (2 * trained_on + held_out)

    def measure(self, context: Context) -> Trials | None:
        return None if context.trials is None else context.trials(self.experiment, self.seeds)

    def spent(self, context: Context, found: Trials | None) -> int:
        return 0 if found is None else found.forward_rows
