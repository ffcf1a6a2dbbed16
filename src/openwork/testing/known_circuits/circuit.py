"""A model whose mechanism is known, and claims about it that are known to be true or false."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.analyses import Subject
from openwork.claims import Claim, Context, Outcome, Trials
from openwork.data import DataSplit
from openwork.engines import Engine
from openwork.models import Stack
from openwork.tasks import Task


@dataclass(frozen=True)
class History:
    """How a model is supposed to have been made, for the claims that ask.

    Attributes:
        split: which questions were trained on.
        reached: with how many of any number of seeds the experiment was right at the end of some epoch, in eighths.
        at_end: with how many it was right at the end of training, in eighths.
    """

    split: DataSplit
    reached: int
    at_end: int

    def trials(self, experiment: str, seeds: int) -> Trials:
        """What training so many seeds came to."""
        return Trials(experiment, seeds, reached=seeds * self.reached // 8, at_end=seeds * self.at_end // 8)


@dataclass(frozen=True, eq=False)
class KnownCircuit:
    """A model that works as `says`, and what is true and false of it by construction.

    Attributes:
        name: for tables and tests, for example `two-hops`.
        says: how it works, in a sentence.
        trap: what a careless judge would get wrong, in a few words.
        task: what it computes.
        stack: the one model.
        confirmed: claims that are true of it.
        refuted: claims that are false of it in every part.
        mixed: claims that are true of it in some parts and false in others.
        undecided: claims that cannot be judged on it.
        vacuous: claims that are true of it and would be of any model.
        history: how it was made, where a claim asks.
        only_right: whether it is judged on those inputs only that it answers right.
    """

    name: str
    says: str
    trap: str
    task: Task
    stack: Stack
    confirmed: tuple[Claim, ...] = ()
    refuted: tuple[Claim, ...] = ()
    mixed: tuple[Claim, ...] = ()
    undecided: tuple[Claim, ...] = ()
    vacuous: tuple[Claim, ...] = ()
    history: History | None = None
    only_right: bool = False

    @property
    def claims(self) -> tuple[tuple[Claim, Outcome], ...]:
        """Every claim with the outcome that it must have."""
        sides = {
            Outcome.CONFIRMED: self.confirmed,
            Outcome.REFUTED: self.refuted,
            Outcome.MIXED: self.mixed,
            Outcome.UNDECIDED: self.undecided,
            Outcome.VACUOUS: self.vacuous,
        }
        return tuple((claim, outcome) for outcome, claims in sides.items() for claim in claims)

    def context(self, engine: Engine) -> Context:
        """The model on every input, or every one that it answers right, ready to be judged."""
        subject = Subject.of(engine, self.stack, self.task)
        if self.history is None:
            return Context(subject, only_right=self.only_right)
        parts = self.history.split.parts(len(subject.inputs))
        return Context(subject, split_parts=parts, trials=self.history.trials)
