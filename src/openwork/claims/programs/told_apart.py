"""What a program's variable comes to: how many of its values answers tell apart, and whether its place holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isnan

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import percent
from openwork.analyses.effective_values import (
    Classes,
    EffectiveValues,
    classes_of,
    classes_of_rows,
    effective_values,
)
from openwork.analyses.variance_share import shuffled_share
from openwork.claims.programs.values import ProgramValues
from openwork.data.randomness import bits, permutation

MOST_TRIED = 2**14
"""values times contexts in which they are tried, for one variable; beyond that some contexts are drawn"""
MOST_CLASSES = 2**12
"""values up to which their share of the variance is measured: more are nearly one an input, and explain everything"""
MOST_GROUPS = 3
"""sentences about variables of which answers tell equally many values apart; the others share one"""
MOST_NAMED = 3


@lru_cache(maxsize=64)
def variable_of(name: str, program: ProgramValues) -> VariableOnInputs:
    """A variable, or one element of a list, of a program on some inputs; what is found of it is found once."""
    return VariableOnInputs(name, program)


@dataclass(frozen=True, eq=False)
class VariableOnInputs:
    """A variable of a program on some inputs.

    Attributes:
        name: a variable, or one element of a list.
        program: the program on the inputs.
    """

    name: str
    program: ProgramValues

    @cached_property
    def values(self) -> Classes:
        """`[input]`, which value it has there, numbered."""
        return classes_of(self.program.value_of(self.name))

    @property
    def answers(self) -> Classes:
        """`[input]`, what the program answers there at those outputs that the variable can change, numbered."""
        return classes_of_rows(self._decided)

    @property
    def _decided(self) -> NDArray[np.int16]:
        """`[input, graded]`, the answers at those outputs that some value of the variable changes."""
        table, _ = self._table
        return self.program.answers[:, (table != table[:1]).any(axis=(0, 1))]

    @cached_property
    def told(self) -> EffectiveValues:
        """Which of its values the program's answers tell apart."""
        table, every = self._table
        return effective_values(self.values, self._decided, table, every)

    @cached_property
    def _table(self) -> tuple[NDArray[np.int16], bool]:
        """`[value, context, graded]`, the program's answers; and whether that is every context."""
        firsts = np.unique(self.values, return_index=True)[1]
        contexts = np.array(self.program.contexts(self.name), np.int64)
        most = max(1, MOST_TRIED // len(firsts))
        every = len(contexts) <= most
        if not every:
            contexts = contexts[np.sort(permutation(bits("contexts"), len(contexts))[:most])]
        bases, sources = np.tile(contexts, len(firsts)), np.repeat(firsts, len(contexts))
        answers = self.program.answers_with(self.name, bases.tolist(), sources.tolist())
        return answers.reshape(len(firsts), len(contexts), -1), every

    @property
    def divisions(self) -> tuple[Classes, Classes]:
        """The inputs by value and by answer, as far as both can be measured."""
        return self.values if len(self.told.classes) <= MOST_CLASSES else np.zeros_like(self.values), self.answers

    @property
    def shuffled(self) -> float:
        """The share of any variance that as many values explain when they are dealt at random."""
        return shuffled_share(self.values)


@dataclass(frozen=True)
class Held:
    """What a place holds of a variable: shares of the variance there.

    Attributes:
        variable: whose.
        by_values: that its values explain.
        by_answers: that the program's answers alone explain.
    """

    variable: VariableOnInputs
    by_values: float
    by_answers: float


def within(variables: Sequence[VariableOnInputs]) -> str:
    """How much of the variables was tested, to be said with the claim; empty where it was all of them."""
    part = [v for v in variables if not v.told.all_told]
    named = [f"{v.told.effective} of {v.told.values} of {v.name}" for v in part[:MOST_NAMED]]
    more = f" and {len(part) - MOST_NAMED} more" if len(part) > MOST_NAMED else ""
    return f"only as far as answers tell values apart: {', '.join(named)}{more}" if part else ""


def what_was_tested(variables: Sequence[VariableOnInputs]) -> Iterator[str]:
    """Sentences about what the variables come to; none where each tells more than question and answer do."""
    groups = list(_alike(variables))
    shown = groups if len(groups) <= MOST_GROUPS + 1 else groups[:MOST_GROUPS]
    for (effective, values), names in shown:
        sure = "" if all(v.told.every_context for v in names) else " (in the contexts that were tried)"
        itself = ": that is the answer itself" if all(v.told.is_answer for v in names) else ""
        yield (
            f"Of the {values:,} values of {_named(names)} answers tell apart {effective:,}{sure}, and only so much was "
            f"tested{itself}."
        )
    left = [count for count, _ in groups[len(shown) :]]
    if left:
        many = sum(len(names) for _, names in groups[len(shown) :])
        least, most = (find(apart for apart, _ in left) for find in (min, max))
        yield f"Of {many} more variables answers tell apart {least:,} to {most:,} values, and only so much was tested."
    question = [v for v in variables if v.told.is_question]
    if question:
        yield f"{_named(question)} has a value of its own for every input: it is the question in another form."
    answer = [v for v in variables if v.told.all_told and v.told.is_answer]
    if answer:
        tells = "adds nothing to the answer, which tells its value"
        tells = tells if len(answer) == 1 else "add nothing to the answer, which tells their values"
        yield f"{_named(answer)} {tells}."


def what_is_held(held: Sequence[Held]) -> str:
    """How much of the variance at their places the variables explain, as a sentence."""
    known = [h for h in held if not isnan(h.by_values) and len(h.variable.told.classes) <= MOST_CLASSES]
    if not known:
        return ""
    values, shuffled = _range([h.by_values for h in known]), _range([h.variable.shuffled for h in known])
    answers = _range([h.by_answers for h in known])
    whose = "its place" if len(known) == 1 else "their places"
    return (
        f"The values of {_named([h.variable for h in known])} explain {values} of the variance at {whose}; shuffled "
        f"they would explain {shuffled}, and the answer alone {answers}."
    )


def _alike(variables: Sequence[VariableOnInputs]) -> Iterator[tuple[tuple[int, int], list[VariableOnInputs]]]:
    """Variables not all of whose values are told apart, by how many are, and of how many."""
    groups: dict[tuple[int, int], list[VariableOnInputs]] = {}
    for variable in variables:
        if not variable.told.all_told:
            groups.setdefault((variable.told.effective, variable.told.values), []).append(variable)
    yield from groups.items()


def _named(variables: Sequence[VariableOnInputs]) -> str:
    names = [v.name for v in variables]
    return (
        names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if len(names) > MOST_NAMED else ", ".join(names)
    )


def _range(shares: Sequence[float]) -> str:
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else f"{low} to {high}"
