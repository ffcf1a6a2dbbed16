"""What an analysis looks at: one model, its task, and the inputs to measure on."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.coverage import all_asked
from openwork.data import USUAL_INPUTS, Dataset, Inputs, asked_digest, dataset_of, numbered, written_example
from openwork.engines import Engine, Scores, Sources, Trace
from openwork.errors import CheckpointError, PlanError, Reason
from openwork.interventions import Plan
from openwork.models import ModelSpec, Stack, require_fit
from openwork.tasks import Task, as_numbers, format_count

MOST_TOLD = 20
"""questions that are told each by itself"""


@dataclass(frozen=True, eq=False)
class Subject:
    """One model on one task, measured over `inputs`: every question, or a sample, unless chosen otherwise.

    Means and resampled values are taken over `inputs` too. `asked` are the inputs that these were chosen from because
    the model answers them right; None where nothing was left out.

    Raises:
        SpecError: the model does not fit the task.
        CheckpointError: the stack does not hold exactly one model.
        PlanError: there are no inputs.
    """

    engine: Engine
    stack: Stack
    task: Task
    inputs: Dataset
    asked: Dataset | None = None

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
    def of(cls, engine: Engine, stack: Stack, task: Task, inputs: Inputs = USUAL_INPUTS) -> Subject:
        """The model on every question of the task, or on a sample where they are too many."""
        return cls(engine, stack, task, inputs.of(task))

    def on(self, inputs: Dataset) -> Subject:
        """The same model on other inputs, for example the held-out ones."""
        return Subject(self.engine, self.stack, self.task, inputs)

    def where_right(self, right: NDArray[np.bool_]) -> Subject:
        """The same model on those of its inputs, `[input]`, that it answers right."""
        return Subject(self.engine, self.stack, self.task, self.inputs.take(np.flatnonzero(right)), self.inputs)

    def at(self, questions: Sequence[int | str]) -> Dataset:
        """The questions with these numbers in the task's domain, or these texts, whether or not among `inputs`.

        Raises:
            PlanError: with everything among them that is no question of the task, or none at all.
        """
        task, size = self.task, self.task.domain_size
        last = prod(v.values for v in task.variables) if size is None else size
        found = [numbered(task, q) if isinstance(q, str) else _whole(q) for q in questions]
        strange = [place for place, number in enumerate(found) if number is None]
        reasons = []
        if strange:
            mend = f"give numbers from 0 to {last - 1}, or texts such as {written_example(task)!r}"
            told = strange[:MOST_TOLD]
            reasons = [
                Reason(f"questions[{n}]", f"{str(questions[n])[:60]!r} is no question of {task}", mend) for n in told
            ]
        numbers = as_numbers(number for number in found if number is not None)
        bad = [n for n in numbers.tolist() if not 0 <= n < last]
        if not bad and len(numbers):
            bad = numbers[~task.valid(task.questions(numbers))].tolist()
        if bad or not len(found):
            shown = f"{bad}" if len(bad) <= MOST_TOLD else f"{bad[:MOST_TOLD]} and {len(bad) - MOST_TOLD:,} more"
            what = f"{shown} are not in the domain" if bad else "none is given"
            reasons.append(Reason("questions", what, f"give numbers from 0 to {last - 1}"))
        if reasons:
            raise PlanError("no such questions", reasons)
        return dataset_of(task, numbers)

    @property
    def whole(self) -> bool:
        """Whether `inputs` are every question of the task, or every one that is answered right."""
        asked = self.inputs if self.asked is None else self.asked
        return asked.sample_seed is None and len(asked) == self.task.domain_size

    @property
    def all_asked(self) -> str:
        """All that is measured, in words: `every input`, or `all 10,000 drawn questions`."""
        return all_asked(len(self.inputs), drawn=not self.whole)

    @property
    def coverage(self) -> str:
        """On how much is measured: `65,536 of 65,536 inputs`, or `10,000 inputs drawn with seed 0, of about 6.7e29`."""
        asked = self.inputs if self.asked is None else self.asked
        left = "" if self.asked is None else f"{len(self.inputs):,} answered right, of "
        every = format_count(self.task.domain_size)
        if asked.sample_seed is None:
            return f"{left}{len(asked):,} of {every} inputs"
        return f"{left}{len(asked):,} inputs drawn with seed {asked.sample_seed}, of {every}"

    @property
    def spec(self) -> ModelSpec:
        """Of the model."""
        return self.stack.spec

    @cached_property
    def scores(self) -> Scores:
        """The unedited model on `inputs`, scored once: `len(inputs)` forward rows."""
        return self.engine.score(self.stack, self.inputs)

    def score(self, plan: Plan, sources: Sources | None = None) -> Scores:
        """The model under this plan on `inputs`."""
        return self.engine.score(self.stack, self.inputs, plan, sources=sources)

    def sweep(self, plans: Sequence[Plan], sources: Sources | None = None) -> tuple[Scores, ...]:
        """The model under each of these plans on `inputs`; what the plans share is computed once."""
        return self.engine.sweep(self.stack, self.inputs, plans, sources=sources)

    def blocks(self, *captures: str) -> Iterator[Trace]:
        """Logits at the graded positions and the captured sites of the unedited model on `inputs`, block by block."""
        return self.engine.run(self.stack, self.inputs.tokens, Plan(captures=captures), graded=self.inputs.graded)

    @cached_property
    def digest(self) -> str:
        """A short name for model, task and inputs together: what is measured of equal digests is equal."""
        return _digest(self.spec.model_dump_json(), self.stack.flat, self.asked_digest)

    @cached_property
    def asked_digest(self) -> str:
        """A short name for what is asked and what is right; see `asked_digest` of `openwork.data`."""
        return asked_digest(self.task, self.inputs)

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
    def deciding_positions(self) -> tuple[int | None, ...]:
        """For each output, where the token of the variable that decides it stands; None where no single one does."""
        places = {v.name: v.position for v in self.task.variables}
        deciding = (self.task.deciding_variable(output) for output in self.task.outputs)
        return tuple(None if name is None else places[name] for name in deciding)

    def texts(self, inputs: Dataset) -> tuple[str, ...]:
        """Each question as a person reads it: the symbols of its variables, without pads."""
        if self.task.varying:
            rows = map(self.task.question_symbols, self.task.questions(inputs.index))
            return tuple(spelled(symbols) for symbols in rows)
        seen = inputs.tokens[:, [v.position for v in self.task.variables]]
        symbols, pad = self.task.vocabulary.symbols, self.task.pad_token
        separator = "" if all(len(symbols[t]) == 1 for t in np.unique(seen) if t != pad) else " "
        return tuple(self.task.vocabulary.text(row[row != pad], separator) for row in seen)


def spelled(symbols: Sequence[str]) -> str:
    """A text of several lengths as a person reads it; with spaces where a symbol has several characters."""
    text = ("" if all(len(symbol) == 1 for symbol in symbols) else " ").join(symbols)
    return text or "(empty)"


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def _digest(*parts: str | NDArray[Any]) -> str:
    sha256 = hashlib.sha256()
    for part in parts:
        sha256.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes())
    return sha256.hexdigest()[:16]
