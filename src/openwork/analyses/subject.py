"""What an analysis looks at: one model, its task, and the inputs to measure on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openwork.data import Dataset, dataset_of, enumerate_domain
from openwork.engines import Engine, Scores, Trace
from openwork.errors import CheckpointError, PlanError, Reason
from openwork.interventions import Plan
from openwork.models import ModelSpec, Stack, require_fit
from openwork.tasks import Task, Tokens


@dataclass(frozen=True, eq=False)
class Subject:
    """One model on one task, measured over `inputs`: the whole domain unless chosen otherwise.

    Means and resampled values are taken over `inputs` too.

    Raises:
        SpecError: the model does not fit the task.
        CheckpointError: the stack does not hold exactly one model.
        PlanError: there are no inputs.
    """

    engine: Engine
    stack: Stack
    task: Task
    inputs: Dataset

    def __post_init__(self) -> None:
        require_fit(self.stack.spec, self.task)
        if len(self.stack) != 1:
            what = f"holds {len(self.stack)} models"
            raise CheckpointError(
                "an analysis looks at one model", Reason("stack", what, "choose one: stack.take([0])")
            )
        if not len(self.inputs):
            raise PlanError("nothing to measure on", Reason("inputs", "there are none"))

    @classmethod
    def of(cls, engine: Engine, stack: Stack, task: Task) -> Subject:
        """The model on every question of the task."""
        return cls(engine, stack, task, enumerate_domain(task))

    def on(self, inputs: Dataset) -> Subject:
        """The same model on other inputs, for example the held-out ones."""
        return Subject(self.engine, self.stack, self.task, inputs)

    def at(self, questions: Sequence[int]) -> Dataset:
        """The questions with these numbers in the task's domain, whether or not they are among `inputs`.

        Raises:
            PlanError: a number that the domain does not have, or none at all.
        """
        size = self.task.domain_size
        bad = [int(q) for q in questions if not 0 <= int(q) < size]
        if bad or not len(questions):
            what = f"{bad} are not in the domain" if bad else "none is given"
            raise PlanError("no such questions", Reason("questions", what, f"give numbers from 0 to {size - 1}"))
        return dataset_of(self.task, np.asarray(questions, np.int64))

    @property
    def spec(self) -> ModelSpec:
        """Of the model."""
        return self.stack.spec

    @cached_property
    def scores(self) -> Scores:
        """The unedited model on `inputs`, scored once: `len(inputs)` forward rows."""
        return self.engine.score(self.stack, self.inputs)

    def score(self, plan: Plan, sources: Mapping[str, Tokens] | None = None) -> Scores:
        """The model under this plan on `inputs`."""
        return self.engine.score(self.stack, self.inputs, plan, sources=sources)

    def sweep(self, plans: Sequence[Plan]) -> tuple[Scores, ...]:
        """The model under each of these plans on `inputs`; what the plans share is computed once."""
        return self.engine.sweep(self.stack, self.inputs, plans)

    def blocks(self, *captures: str) -> Iterator[Trace]:
        """Logits at the graded positions and the captured sites of the unedited model on `inputs`, block by block."""
        return self.engine.run(self.stack, self.inputs.tokens, Plan(captures=captures), graded=self.inputs.graded)

    @cached_property
    def position_names(self) -> tuple[str, ...]:
        """What stands at each position that the model sees, for example `BOS`, `x[0]`, `y[6]`."""
        seen = {p: role for role, p in self.task.roles.items() if not role.startswith("predicts ")}
        return tuple(seen.get(p, f"position {p}") for p in range(self.task.n_pos))

    @cached_property
    def query_names(self) -> tuple[str, ...]:
        """What each graded position does, for example `predicts y[0]`."""
        return tuple(f"predicts {output}" for output in self.task.outputs)

    @cached_property
    def carrier_positions(self) -> tuple[int | None, ...]:
        """For each output, where the token of the variable that decides it stands; None where no single one does."""
        places = {v.name: v.position for v in self.task.variables}
        carriers = (self.task.carrier(output) for output in self.task.outputs)
        return tuple(None if carrier is None else places[carrier] for carrier in carriers)

    def texts(self, inputs: Dataset) -> tuple[str, ...]:
        """Each question as a person reads it: the symbols of its variables."""
        seen = inputs.tokens[:, [v.position for v in self.task.variables]]
        symbols = self.task.vocabulary.symbols
        separator = "" if all(len(symbols[t]) == 1 for t in np.unique(seen)) else " "
        return tuple(self.task.vocabulary.text(row, separator) for row in seen)
