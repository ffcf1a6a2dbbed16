"""An experiment succeeds, whatever the seed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field

from openwork.analyses import all_asked, exact_percent, percent
from openwork.claims.claim import Claim, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence import TrainedSeeds
from openwork.claims.places import experiment_misfits
from openwork.claims.verdict import Effect, Outcome, part
from openwork.data.interval import CONFIDENCE, clopper_pearson, trials_to_confirm
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.tasks import Task
from openwork.training import named_experiment


class Learns(Claim):
    """Of all seeds, `at_least` this share makes a model that is right on every question of the domain.

    It is about a recipe, not about the model at hand. The exact 95 % interval of the rate decides: CONFIRMED where it
    lies at or above `at_least`, REFUTED where it lies below, UNDECIDED where it does neither.

    Evidence: the named experiment trained with seeds 0 .. `seeds`-1; what the store has is not trained again.

    Cost: the training of every seed that is not in the store, one forward row for each input in each epoch.

    Refuted by: so many seeds that fail that the whole interval lies below `at_least`.

    Example::

        [[claim]]
        id = "always-learns"
        kind = "learns"
        says = "The notebook's recipe works for nearly every seed."
        experiment = "notebook"
        seeds = 72
        at_least = 0.95
    """

    kind: ClassVar[str] = "learns"
    about_mechanism: ClassVar[bool] = False
    about_weights: ClassVar[bool] = False
    handles_sets: ClassVar[bool] = True

    experiment: str
    """a named experiment, for example `notebook`"""
    seeds: int = Field(default=16, ge=1, le=100_000)
    """how many are trained"""
    when: Literal["ever", "end"] = "ever"
    """right at the end of any epoch, or at the end of training"""
    at_least: Share = 0.95
    """share of seeds"""

    def words(self) -> str:
        """From the fields."""
        return f"the experiment {self.experiment} solves the task with at least {exact_percent(self.at_least)} of seeds"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """An unknown experiment, or one on another task."""
        return experiment_misfits(self.experiment, task)

    def rests_on(self, context: Context) -> tuple[str, ...]:
        """What the experiment of this name is today, too."""
        return (*super().rests_on(context), named_experiment(self.experiment, context.task).key)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The trained seeds."""
        return (TrainedSeeds(self.experiment, self.seeds),)

    def find(self, context: Context) -> Finding:
        """The rate and its interval."""
        trials = context.evidence(TrainedSeeds(self.experiment, self.seeds))
        if trials is None:
            why = f"Its {self.seeds} seeds are not trained yet, so nobody knows how often {self.experiment} succeeds."
            return Finding((), why, None, (), lambda _: f"Train them: {self._command(context.task)}", "0 seeds")
        count = trials.reached if self.when == "ever" else trials.at_end
        interval = clopper_pearson(count, trials.seeds)
        judged = part(f"seeds of {self.experiment}", count / trials.seeds, ">=", self.at_least, interval)
        sentence = (
            f"{trials.reached} of {trials.seeds} seeds of the experiment {self.experiment} were right on "
            f"{self._asked(context.task)} at the end of some epoch, and "
            f"{trials.at_end} at the end of training: a rate of {percent(count / trials.seeds)}, "
            f"{100 * CONFIDENCE:.0f} % interval {percent(interval[0])} to {percent(interval[1])}."
        )
        failed = trials.seeds - count
        against = (Counterexample(f"{failed} of {trials.seeds} seeds did not get there"),) if failed else ()
        effect = Effect(count / trials.seeds, "share of seeds")
        return Finding((judged,), sentence, effect, against, self._advice, f"{trials.seeds} seeds, from 0")

    def _asked(self, task: Task) -> str:
        """What its seeds are right on, in words."""
        asked = named_experiment(self.experiment, task).split.inputs
        return all_asked(asked or 0, drawn=asked is not None)

    def _command(self, task: Task) -> str:
        given = "".join(f" --param {name}={value}" for name, value in task.params.items())
        return f"openwork train {task.name}{given} --experiment {self.experiment} --seeds {self.seeds}"

    def _advice(self, outcome: Outcome) -> str:
        if outcome is Outcome.CONFIRMED:
            return "The experiment can be relied on."
        if outcome is Outcome.REFUTED:
            return "Report how many seeds were tried, and explain more than one of the models that succeed."
        needed = trials_to_confirm(self.at_least)
        if needed is None:
            return "A rate of exactly 100 % can be refuted but never confirmed: claim a little less."
        return (
            f"Train more seeds: even if none failed it would take {needed} to confirm {exact_percent(self.at_least)}."
        )
