"""Pairs for patching: each question beside another with one variable changed, and so the answer at one output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from openwork.analyses.subject import Subject
from openwork.data import Dataset, change_variable, one_after_another
from openwork.errors import PlanError, Reason, suggestion

Alternatives = Literal["all", "one"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Bases and their sources, row by row, up to the position that predicts one output.

    A causal model's prediction depends on nothing after its position, so the tokens of one end there.

    Attributes:
        output: whose answer differs in every pair.
        variable: the one variable that does.
        base: the inputs, with their own right answers at this one position.
        source: the same with the variable changed.
    """

    output: str
    variable: str
    base: Dataset
    source: Dataset

    def __len__(self) -> int:
        return len(self.base)

    @property
    def position(self) -> int:
        """Where the output is predicted."""
        return self.base.graded[0]

    @property
    def wanted(self) -> Dataset:
        """The base inputs with the source's answers: right is what follows the source."""
        return Dataset(self.base.tokens, self.source.answers, self.base.graded, self.base.index)

    def __str__(self) -> str:
        return f"{self.output} <- {self.variable}"


def pairs_for(
    subject: Subject,
    outputs: Sequence[str] | None = None,
    variable: str | None = None,
    alternatives: Alternatives = "one",
    seed: int = 0,
) -> tuple[Pairs, ...]:
    """Pairs for each of these outputs, over all of the subject's inputs; none where no answer ever changes.

    Args:
        subject: whose inputs are the bases.
        outputs: by default all that one variable decides, or with `variable` all whose answers it changes.
        variable: what is changed; by default the one that decides the output.
        alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
        seed: of that draw.

    Raises:
        PlanError: an unknown output or variable, or an output that no single variable decides; with every reason.
    """
    chosen = _chosen(subject, outputs, variable, alternatives)
    sources = {name: _sources(subject, name, alternatives, seed) for name in dict.fromkeys(chosen.values())}
    found = tuple(_paired(subject, output, name, sources[name]) for output, name in chosen.items())
    return found if outputs is not None or variable is None else tuple(pairs for pairs in found if len(pairs))


def _paired(subject: Subject, output: str, variable: str, sources: Sequence[Dataset]) -> Pairs:
    graded = subject.task.outputs.index(output)
    position = subject.inputs.graded[graded]
    seen = position + 1 if subject.spec.attention_dir == "causal" else subject.task.n_pos
    bases: list[Dataset] = []
    others: list[Dataset] = []
    for source in sources:
        rows = np.flatnonzero(source.answers[:, graded] != subject.inputs.symbols[:, graded])
        for dataset, found in ((subject.inputs, bases), (source, others)):
            tokens, answers = dataset.tokens[rows, :seen], dataset.answers[rows, graded, None]
            found.append(Dataset(tokens, answers, (position,), dataset.index[rows]))
    return Pairs(output, variable, one_after_another(bases), one_after_another(others))


def _sources(subject: Subject, variable: str, alternatives: Alternatives, seed: int) -> list[Dataset]:
    values = next(v.values for v in subject.task.variables if v.name == variable)
    shifts = range(1, values) if alternatives == "all" else (None,)
    return [change_variable(subject.task, subject.inputs, variable, shift, seed) for shift in shifts]


def _chosen(subject: Subject, outputs: Sequence[str] | None, variable: str | None, alternatives: str) -> dict[str, str]:
    """The outputs to look at, each with the variable that is changed."""
    known, reasons = subject.task.outputs, []
    variables = {v.name: v.values for v in subject.task.variables}
    deciding = {output: variable or subject.task.deciding_variable(output) for output in known}
    if variable is not None and variable not in variables:
        reasons.append(Reason(variable, "the task has no such variable", suggestion(variable, variables)))
    elif variable is not None and variables[variable] < 2:
        reasons.append(Reason(variable, "has one value only, so it cannot be changed"))
    for output in outputs or ():
        if output not in deciding:
            reasons.append(Reason(output, "the task has no such output", suggestion(output, known)))
        elif deciding[output] is None:
            reasons.append(Reason(output, "no single variable decides it", "name the variable to change"))
    if alternatives not in get_args(Alternatives):
        advice = suggestion(alternatives, get_args(Alternatives))
        reasons.append(Reason("alternatives", f"{alternatives!r} is unknown", advice))
    chosen = {o: c for o, c in deciding.items() if c is not None and (outputs is None or o in outputs)}
    if not chosen and not reasons:
        reasons.append(Reason("outputs", "no output is decided by a single variable", "name the variable to change"))
    if reasons:
        raise PlanError("no such pairs", reasons)
    return chosen
