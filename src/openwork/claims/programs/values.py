"""What a program computes for every question of a task, and what it would if one variable had another value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.effective_values import classes_of
from openwork.claims.programs.program import ELEMENT, FAILURES, GivenProgram, grouped, raised
from openwork.data import Dataset, Inputs
from openwork.data.domain import SAMPLED
from openwork.errors import ClaimError, Reason
from openwork.tasks import Task

MOST_TRIED = 2**17
"""questions up to which a program is tried on all of them"""
MOST_FAILURES = 2048
"""questions on which a program may fail before it is not run on more"""
MOST_REASONS = 5
"""kinds of failure that are told; more add nothing"""
Listed = (list, tuple, np.ndarray)


def stem_of(variable: str) -> tuple[str, int | None]:
    """The variable itself, or the list and the place in it of `digit[3]`."""
    element = ELEMENT.fullmatch(variable)
    return (element[1], int(element[2])) if element else (variable, None)


class _Unfit(ValueError):
    """Answers of the wrong number or kind."""


class _Answers:
    """Reads a task's answers out of the values of a program."""

    def __init__(self, task: Task) -> None:
        symbols = task.answer_vocabulary.symbols
        self.count = len(task.outputs)
        self.groups = grouped(task.outputs)
        self.numbers: dict[Any, int] = dict(enumerate(range(len(symbols)))) | {s: n for n, s in enumerate(symbols)}
        self.known = f"numbers from 0 to {len(symbols) - 1}, or {' '.join(symbols)}"

    def of(self, values: Mapping[str, Any]) -> list[int]:
        """`[graded]`, numbers in the answer vocabulary."""
        answers = [0] * self.count
        for name, places in self.groups.items():
            value = values[name]
            if isinstance(places, int):
                answers[places] = self._number(value)
                continue
            if not isinstance(value, Listed):
                raise _Unfit(f"{name} gives {value!r}, where {len(places)} outputs need a list")
            if len(value) != len(places):
                raise _Unfit(f"{name} gives {len(value)} values for {len(places)} outputs")
            for place, answer in zip(places, value, strict=True):
                answers[place] = self._number(answer)
        return answers

    def _number(self, answer: Any) -> int:
        try:
            return self.numbers[answer]
        except (KeyError, TypeError):
            raise _Unfit(f"{answer!r} is no answer: they are {self.known}") from None


@dataclass(frozen=True, eq=False)
class ProgramValues:
    """A program run on some inputs.

    Attributes:
        values: `[input]`, each variable's value by name.
        answers: `[input, graded]`, numbers in the answer vocabulary.
    """

    program: GivenProgram
    task: Task
    inputs: Dataset
    values: tuple[dict[str, Any], ...]
    answers: NDArray[np.int16]
    reader: _Answers = field(repr=False)

    @property
    def lengths(self) -> dict[str, int | None]:
        """Of each variable that is a list; None for the others."""
        return {name: len(value) if isinstance(value, Listed) else None for name, value in self.values[0].items()}

    @cached_property
    def digest(self) -> str:
        """A short name for every value of every variable: a program that computes otherwise has another."""
        try:
            table = json.dumps([self.values, self.answers], default=_plain)
        except (TypeError, ValueError, RecursionError):  # keys that are no text, or a value that holds itself
            table = repr(self.values)
        return hashlib.sha256(table.encode()).hexdigest()[:16]

    def answers_with(self, variable: str, bases: Sequence[int], sources: Sequence[int]) -> NDArray[np.int16]:
        """`[pair, graded]`, the answers to the bases if the variable had the value that it has for the sources.

        Args:
            variable: a variable, or one element of a list, such as `digit[3]`.
            bases: `[pair]`, rows of the inputs.
            sources: `[pair]`, rows of the inputs.

        Raises:
            ClaimError: the program fails on such a pair, with the first of them.
        """
        stem, place = stem_of(variable)
        after, read = self.program.descendants(stem), self._read(stem)
        known: dict[Hashable, list[int]] = {}
        found = []
        for base, source in zip(bases, sources, strict=True):
            value = self.values[source][stem]
            value = value if place is None else value[place]
            given = dict(self.values[base])
            given[stem] = value if place is None else _with_element(given[stem], place, value)
            # The same values give the same answers, so that a program is run once for each question and not each pair.
            key = _key(given[name] for name in sorted(read))
            answers = known.get(key)
            if answers is None:
                answers = self._after(given, after, base, f"{variable} = {value!r}")
                if key is not None:
                    known[key] = answers
            found.append(answers)
        return np.array(found, np.int16)

    def value_of(self, variable: str) -> list[Any]:
        """`[input]`, the value of a variable, or of one element of a list."""
        stem, place = stem_of(variable)
        return [v[stem] if place is None else v[stem][place] for v in self.values]

    def contexts(self, variable: str) -> list[int]:
        """Rows of the inputs, one for each combination of the values that other variables have where this one counts;
        all rows where these cannot be compared."""
        stem, place = stem_of(variable)
        read = sorted(self._read(stem))
        contexts: dict[Hashable, int] = {}
        for row, values in enumerate(self.values):
            here = [values[name] for name in read if name != stem]
            rest = () if place is None else (*values[stem][:place], *values[stem][place + 1 :])
            key = _key([*here, rest])
            if key is None:
                return list(range(len(self.values)))
            contexts.setdefault(key, row)
        return list(contexts.values())

    def _read(self, stem: str) -> set[str]:
        """Variables whose values decide the answers once this one is given."""
        after = self.program.descendants(stem)
        return {*(p for name in after for p in self.program.parents[name]), *self.reader.groups} - {*after}

    def _after(self, given: dict[str, Any], after: Sequence[str], base: int, said: str) -> list[int]:
        try:
            return self.reader.of(self.program.run(given, after))
        except FAILURES as error:
            where = f"{self.program} on {_question(self.task, self.inputs, base)}, with {said}"
            raise ClaimError("the program fails", Reason(where, _told(error, self.program))) from error


def _plain(value: Any) -> Any:
    """A value of a program that is none of JSON's; what says its address instead of its content has no equal."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else repr(value)


def _key(values: Iterable[Any]) -> Hashable:
    """Values to look up; None where they cannot be."""
    try:
        key = tuple(tuple(v) if isinstance(v, Listed) else v for v in values)
        hash(key)
    except TypeError:
        return None
    return key


def _with_element(values: Any, place: int, value: Any) -> Any:
    """A list with one element changed, of the kind that it was: what takes an array need not take a list."""
    changed = values.copy() if isinstance(values, np.ndarray) else list(values)
    changed[place] = value
    return tuple(changed) if isinstance(values, tuple) else changed


@lru_cache(maxsize=8)
def tried(program: GivenProgram, task: Task) -> ProgramValues:
    """The program on every question of the task, or on 10,000 where they are more than 2**17; see `program_values`."""
    size = task.domain_size
    few = size is not None and size <= MOST_TRIED
    return program_values(program, task, Inputs(None if few else SAMPLED).of(task))


@lru_cache(maxsize=256)
def decided_by(program: GivenProgram, task: Task, variable: str) -> tuple[str, ...]:
    """Variables of the question that change the value of this one, which may be one element of a list, on any question.

    Only for a task of at most 2**17 questions, whose variables are free of one another.
    """
    kinds = classes_of(map(repr, tried(program, task).value_of(variable)))
    sizes, asked = np.array([v.values for v in task.variables]), task.questions(np.arange(len(kinds)))

    def decides(column: int) -> bool:
        step = np.eye(1, len(sizes), column, dtype=np.int64)[0]
        changed = (((asked + by * step) % sizes).astype(np.int32) for by in range(1, sizes[column]))
        return any(bool((kinds[task.numbers(rows).astype(np.int64)] != kinds).any()) for rows in changed)

    return tuple(v.name for column, v in enumerate(task.variables) if decides(column))


@lru_cache(maxsize=8)
def on_inputs(program: GivenProgram, task: Task, inputs: Dataset) -> ProgramValues:
    """The program on these inputs; those that it was tried on are not run again. See `program_values`."""
    known = tried(program, task)
    return known if np.array_equal(known.inputs.index, inputs.index) else program_values(program, task, inputs)


def program_values(program: GivenProgram, task: Task, inputs: Dataset) -> ProgramValues:
    """The program on these inputs.

    Raises:
        ClaimError: names that are not there; or it raises, or gives answers of the wrong number or kind: on how many
            questions, and which is the first.
    """
    reasons = program.misfits(task)
    if reasons:
        raise ClaimError(f"{program} is not a program for {task}", reasons)
    given, reader = grouped(tuple(v.name for v in task.variables)), _Answers(task)
    values, answers = [], []
    failed: dict[str, list[int]] = {}
    failures = asked = 0
    for number, row in enumerate(task.questions(inputs.index).tolist()):
        try:
            values.append(program.run(_named(given, row), program.order))
            answers.append(reader.of(values[-1]))
        except FAILURES as error:
            failed.setdefault(_told(error, program), []).append(number)
            failures += 1
        asked = number + 1
        if failures == MOST_FAILURES:
            break
    if failed:
        reasons = [_failure(program, task, inputs, asked, *item) for item in failed.items()]
        raise ClaimError(f"{program} fails", reasons[:MOST_REASONS])
    return ProgramValues(program, task, inputs, tuple(values), np.array(answers, np.int16), reader)


def _told(error: BaseException, program: GivenProgram) -> str:
    return str(error) if isinstance(error, _Unfit) else raised(error, program)


def _failure(program: GivenProgram, task: Task, inputs: Dataset, asked: int, what: str, rows: list[int]) -> Reason:
    first = f"first {_question(task, inputs, rows[0])}"
    of = f"{asked:,} questions" if asked == len(inputs) else f"the first {asked:,} questions"
    return Reason(str(program), f"{what}; on {len(rows):,} of {of}, {first}")


def _named(given: Mapping[str, int | list[int]], row: list[int]) -> dict[str, Any]:
    """A question as a program takes it: lists by stem, single values by name."""
    return {name: row[at] if isinstance(at, int) else [row[place] for place in at] for name, at in given.items()}


def _question(task: Task, inputs: Dataset, row: int) -> str:
    symbols = (task.vocabulary.symbols[int(inputs.tokens[row, v.position])] for v in task.variables)
    return f"question {inputs.index[row]}: " + " ".join(symbols)
