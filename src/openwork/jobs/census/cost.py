"""What is left to do of a census, and what it takes: asked of the store, and of a moment of training.

Processor time, all threads together: what else the machine does changes the clock, and hardly this.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from openwork.engines import choose_engine
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.looking import known_program
from openwork.jobs.setting import Setting
from openwork.runs import Run
from openwork.training import Experiment, TrainingState, train

TRIED = 4
"""seeds that are trained for a moment"""
MOST_UNTOLD = 10
"""epochs that pass in that moment before the time is looked at"""
MOMENT = 1.0
"""seconds of processor time that trying takes, and what is left of its last epochs"""


@dataclass(frozen=True)
class CensusCost:
    """What is left to do of a census, before it begins.

    Attributes:
        trained, seeds: how many seeds have been trained to their end, and how many there are.
        train_seconds: of processor time that training the others takes.
        train_most: whether that is the most that the recipe allows, for no seed of it is stored, and not as many
            epochs as those that are took.
        programs: how many solved models a program has not been looked for in, of those that are trained.
        seconds: how long to look in each at most.
        program_seconds: of processor time that those took in which one has been looked for, on average; None where in
            none.
        null: models of random weights, and of shuffled answers, to be asked, at most.
    """

    trained: int
    seeds: int
    train_seconds: float
    train_most: bool
    programs: int
    seconds: float
    program_seconds: float | None
    null: int

    @property
    def left(self) -> int:
        """Seeds to train."""
        return self.seeds - self.trained

    @property
    def looked(self) -> int:
        """Models in which a program is looked for, if every seed that is left is solved."""
        return self.left + self.programs + self.null

    @property
    def most_seconds(self) -> float:
        """What looking for programs takes at most; one step too long at the end of each aside."""
        return self.looked * self.seconds

    def __add__(self, other: CensusCost) -> CensusCost:
        """Of both censuses, one after the other."""
        known = [cost.program_seconds for cost in (self, other) if cost.program_seconds is not None]
        return CensusCost(
            trained=self.trained + other.trained,
            seeds=self.seeds + other.seeds,
            train_seconds=self.train_seconds + other.train_seconds,
            train_most=self.train_most or other.train_most,
            programs=self.programs + other.programs,
            seconds=self.seconds,
            program_seconds=sum(known) / len(known) if known else None,
            null=self.null + other.null,
        )


def cost_of(asked: CensusAsked, setting: Setting, moment: float = MOMENT) -> CensusCost:
    """What is left to do. Where seeds are to be trained some are, for a moment; nothing of that is kept.

    Args:
        asked: of what.
        setting: the store, and the engine.
        moment: seconds of processor time that trying takes, and what is left of its last epochs; 0 for an epoch or few.
    """
    runs = [run for seed in asked.seeds if (run := setting.store.run(asked.experiment, seed)) is not None and run.ended]
    ended = {run.seed for run in runs}
    left = [seed for seed in asked.seeds if seed not in ended]
    found = {run.seed: known_program(asked, run, setting) for run in runs if run.solved}
    took = [program.seconds for program in found.values() if program is not None]
    cost = CensusCost(
        trained=len(ended),
        seeds=len(asked.seeds),
        train_seconds=_to_train(asked.experiment, left, runs, setting, moment),
        train_most=bool(left) and not runs,
        programs=len(found) - len(took),
        seconds=asked.seconds,
        program_seconds=sum(took) / len(took) if took else None,
        null=min(asked.null, len(asked.seeds)),
    )
    if not asked.shuffled:
        return cost
    other = cost_of(asked.of_shuffled, setting, moment)
    # Those that are left to train are counted as such.
    return cost + replace(other, programs=0, null=other.trained, program_seconds=None)


def _to_train(
    experiment: Experiment, left: Sequence[int], ended: Sequence[Run], setting: Setting, moment: float
) -> float:
    """Seconds for these seeds, if each takes as many epochs as those that have ended did; or all, where none have."""
    if not left:
        return 0.0
    epochs = sum(run.epoch for run in ended) / len(ended) if ended else experiment.recipe.epochs
    return len(left) * epochs * _epoch_seconds(experiment, left[:TRIED], setting, moment)


def _epoch_seconds(experiment: Experiment, seeds: Sequence[int], setting: Setting, moment: float) -> float:
    """Processor seconds that an epoch of one of these seeds takes, trained side by side from the start."""
    every = min(experiment.recipe.record_every, MOST_UNTOLD)
    tried = replace(experiment, recipe=experiment.recipe.model_copy(update={"record_every": every}))
    engine = choose_engine(experiment.spec, setting.engine, setting.threads).engine
    fresh = TrainingState.fresh(tried.spec, seeds, tried.recipe.initializer_range)
    began, passed = time.process_time(), 0
    for event in train(engine, tried, fresh):
        passed += event.passed * len(event.progress)
        if time.process_time() - began >= moment:
            break
    return (time.process_time() - began) / max(1, passed)
