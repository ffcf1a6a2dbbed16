"""What claims are judged on: a model on its inputs, how it was made, and what has been measured of it so far."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.models import ModelSpec, Stack
from openwork.tasks import Task
from openwork.training import Experiment

Found = TypeVar("Found")


@dataclass(frozen=True)
class Trials:
    """A named experiment trained with seeds 0 .. `seeds`-1.

    Attributes:
        experiment: its name.
        seeds: how many were trained.
        reached: in how many the model was right on the whole domain at the end of any epoch.
        at_end: in how many it was so at the end of training.
        forward_rows: inputs run through models for this, training included; 0 where the store knew the answer.
    """

    experiment: str
    seeds: int
    reached: int
    at_end: int
    forward_rows: int = 0


class Evidence(ABC, Generic[Found]):
    """Something that can be measured. Subclasses are frozen dataclasses: equal requests are measured once."""

    trains: ClassVar[bool] = False
    """whether it is measured by training, whose rows take longer"""

    @abstractmethod
    def rows(self, context: Context) -> int:
        """Inputs that must be run through a model for it, known before anything runs."""

    @abstractmethod
    def measure(self, context: Context) -> Found:
        """Measures it."""

    def spent(self, context: Context, found: Found) -> int:
        """Inputs that were run; training, and answers that a model writes by itself, may take fewer than `rows`."""
        return self.rows(context)


@dataclass(eq=False)
class Controls:
    """Untrained models that claims are asked of too; made once, where a claim first wants them.

    Attributes:
        first: gives the model's own weights before its training; None where nobody has them.
        made: each as a context to judge on; None until they are wanted.
    """

    first: Callable[[], Stack] | None = None
    made: tuple[Context, ...] | None = None


@dataclass(eq=False)
class Ledger:
    """What has been measured, and what it cost: the one thing in a context that changes."""

    found: dict[tuple[Evidence[Any], bool], Any] = field(default_factory=dict)
    """by what was asked for, and whether only inputs that are answered right were measured"""
    forward_rows: int = 0


@dataclass(frozen=True, eq=False)
class Context:
    """What claims are judged on.

    Attributes:
        subject: the engine, one model, its task, and the inputs: the whole domain, or a sample where that is too large.
        experiment: how the model was trained; None where nobody knows.
        split_parts: numbers of the questions trained on and held out; those of the experiment unless given.
        trials: trains a named experiment with so many seeds, or looks the answer up, and gives None where it is not
            known; None where nothing can do so.
        only_right: judge claims about how the model works on those inputs only that it answers right; unless, where
            one is answered wrongly, they stay UNDECIDED.
        controls: untrained models that claims are asked of too, where only some inputs are judged; None asks none.
        watch: called after every measurement but training, with the inputs that it ran through the model.
    """

    subject: Subject
    experiment: Experiment | None = None
    split_parts: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
    trials: Callable[[str, int], Trials | None] | None = None
    only_right: bool = False
    controls: Controls | None = field(default_factory=Controls, repr=False)
    watch: Callable[[int], None] = lambda rows: None
    ledger: Ledger = field(default_factory=Ledger, repr=False)

    @property
    def task(self) -> Task:
        """What the model should compute."""
        return self.subject.task

    @property
    def spec(self) -> ModelSpec:
        """The model's sizes and choices."""
        return self.subject.spec

    @property
    def inputs(self) -> int:
        """How many inputs claims are judged on."""
        return len(self.subject.inputs)

    @property
    def whole(self) -> bool:
        """Whether that is every question of the task."""
        return self.subject.whole

    @property
    def coverage(self) -> str:
        """On how much claims are judged, for example `65,536 of 65,536 inputs`."""
        return self.subject.coverage

    def where_right(self, right: NDArray[np.bool_]) -> Context:
        """On those of its inputs, `[input]`, that the model answers right; with the same ledger."""
        return replace(self, subject=self.subject.where_right(right))

    def knows(self, wanted: Evidence[Any]) -> bool:
        """Whether this has been measured."""
        return self._key(wanted) in self.ledger.found

    def tell(self, wanted: Evidence[Found], found: Found) -> None:
        """What was found, where it need not be measured."""
        self.ledger.found.setdefault(self._key(wanted), found)

    def evidence(self, wanted: Evidence[Found]) -> Found:
        """What was asked for, measured now unless it was before."""
        if not self.knows(wanted):
            measured = wanted.measure(self)
            self.tell(wanted, measured)
            spent = wanted.spent(self, measured)
            self.ledger.forward_rows += spent
            if not wanted.trains:
                self.watch(spent)
        known: Found = self.ledger.found[self._key(wanted)]
        return known

    def _key(self, wanted: Evidence[Any]) -> tuple[Evidence[Any], bool]:
        return wanted, self.subject.asked is not None
