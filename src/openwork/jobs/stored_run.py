"""A run of a store, ready to be measured: everything that follows from the store, the run and the setting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from openwork.analyses import Subject
from openwork.claims import Claim, ClaimsHeading, Trials, Verdict, about_models, about_recipes, verdict_from_json
from openwork.data import USUAL_INPUTS, Inputs, parts_of
from openwork.engines import Choice, choose_engine
from openwork.errors import Reason
from openwork.jobs.search import go_on, trials
from openwork.jobs.setting import Setting, Watch
from openwork.models import Stack
from openwork.runs import Contents, KeptResults, Run


@dataclass(frozen=True)
class Asked:
    """What is claimed of a run.

    Attributes:
        claims: what to judge; None means those that ship for the task and speak of its models. Of others that are
            given, those about a recipe are judged apart.
        heading: what their file says of itself; None means that of those that ship, where they are taken.
        recipe: claims about a recipe that are asked for beside them.
    """

    claims: tuple[Claim, ...] | None = None
    heading: ClaimsHeading | None = None
    recipe: tuple[Claim, ...] = ()

    @property
    def of_models(self) -> tuple[Claim, ...] | None:
        """Those that a model decides; None means those that ship."""
        return None if self.claims is None else about_models(self.claims)

    @property
    def of_recipes(self) -> tuple[Claim, ...]:
        """Those that speak of a recipe."""
        return (*about_recipes(self.claims or ()), *self.recipe)


@dataclass(frozen=True, eq=False)
class StoredRun:
    """One model with its task, on an engine. Everything is measured on every question of the task, or on a sample.

    Attributes:
        stored: how it was trained, and every epoch of it.
        setting: the store that has it, the engine, and who watches.
        inputs: on how many inputs to measure, at most.
        asked: what is claimed of it.
        tried: the runs that were tried for this one, itself included.
        trains: whether claims about learning may train seeds that are not stored.
        routes_on: on how many inputs routes are found, which takes many more passes; None means on the same.
    """

    stored: Run
    setting: Setting
    inputs: Inputs = USUAL_INPUTS
    asked: Asked = field(default_factory=Asked)
    tried: tuple[Run, ...] = ()
    trains: bool = True
    routes_on: Inputs | None = None

    def __post_init__(self) -> None:
        """Reads now what the store has, so that damage is told before anything is measured."""
        _ = self.choice, self.stack, self.known, self.siblings

    @cached_property
    def choice(self) -> Choice:
        """The engine that measures, and why that one."""
        return choose_engine(self.stored.spec, self.setting.engine, self.setting.threads)

    @cached_property
    def stack(self) -> Stack:
        """Its weights, a stack of one."""
        return self.setting.store.stack(self.stored)

    def weights_at(self, epoch: int) -> Stack:
        """Its weights after this epoch; see `Store.stack_at`."""
        return self.setting.store.stack_at(self.stored, epoch)

    @cached_property
    def weights_over_training(self) -> Callable[[int], Stack] | None:
        """Its weights after an epoch; None where its checkpoints were pruned."""
        return self.weights_at if self.setting.store.has_checkpoints(self.stored) else None

    @cached_property
    def known(self) -> tuple[Verdict, ...]:
        """The store's verdicts, where the usual inputs are taken; a claim of the same content is not judged again.

        Those on a run that has gone on learning since are not known of this one.
        """
        if self.inputs != USUAL_INPUTS or not self.stored.ended:
            return ()
        return tuple(verdict_from_json(kept) for kept in self.setting.store.verdicts(self.stored).values())

    @cached_property
    def kept(self) -> KeptResults:
        """Results of measurements that the store has."""
        return KeptResults(self.setting.store.home, self.stored)

    @cached_property
    def _around(self) -> Contents:
        return self.setting.store.siblings_of(self.stored)

    @property
    def siblings(self) -> tuple[Run, ...]:
        """Every stored run of the same experiment, itself included; an imported model has none."""
        return () if self.stored.imported else self._around.runs

    @property
    def damage(self) -> tuple[Reason, ...]:
        """What is damaged in the store beside this run, by name; such runs are not among its siblings."""
        return self._around.damage

    @property
    def go_on(self) -> str:
        """The command that goes on with what was tried and not trained to its end; empty where there is none."""
        return "" if self.stored.imported else go_on(self.stored.experiment, self.tried or self.siblings)

    @property
    def watch(self) -> Watch:
        """Is told how far a long measurement is."""
        return self.setting.watch

    def trials(self, name: str, seeds: int) -> Trials | None:
        """How many seeds learn the task by a named experiment: trained where that may be, or looked up."""
        return trials(name, self.stored.task, seeds, self.setting, self.trains)

    @cached_property
    def subject(self) -> Subject:
        """The model, its task and all its inputs, as every analysis takes it."""
        return Subject.of(self.choice.engine, self.stack, self.stored.task, self.inputs)

    @cached_property
    def traced(self) -> Subject:
        """The same on those inputs on which routes are found."""
        if self.routes_on is None:
            return self.subject
        return Subject.of(self.choice.engine, self.stack, self.stored.task, self.routes_on)

    @cached_property
    def held_out(self) -> Subject:
        """The model on the questions that its training held out.

        Raises:
            PlanError: nothing was held out.
        """
        _, held_out = parts_of(self.stored.experiment.task, self.stored.experiment.split)
        return self.subject.on(held_out)

    @property
    def decompilable(self) -> bool:
        """Whether it solves its task, so that a report looks for its program."""
        return self.solved

    @property
    def solved(self) -> bool:
        """Right on every input measured."""
        return bool(self.subject.scores.solved[0])
