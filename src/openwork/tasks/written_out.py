"""Tasks that are written out: a question's tokens, `=`, and then its answers, each shown after it was predicted.

A task of this kind says how its question is written (`question`), with which symbols (`symbols`), how many answers
there are (`n_answers`) and what is right (`answers`); everything else follows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openwork.errors import Reason
from openwork.tasks.contract import Task, Tokens, Variable
from openwork.tasks.vocabulary import Vocabulary

END = "="
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_QUESTIONS = 2**31


@dataclass(frozen=True)
class Free:
    """A place in a question that is chosen: `name` is one of the first `values` symbols."""

    name: str
    values: int


class WrittenOut(Task):
    """What follows from how a question is written. Roles: the names in `question`, `=`, `y[i]` and `predicts y[i]`."""

    @property
    @abstractmethod
    def symbols(self) -> Sequence[str]:
        """What questions and answers are written with, without `=`."""

    @property
    @abstractmethod
    def question(self) -> tuple[Free | str, ...]:
        """How a question is written: what is chosen, and symbols that always stand there, such as an operator."""

    @property
    @abstractmethod
    def n_answers(self) -> int:
        """How many symbols the answer has."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*self.symbols, END))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        places = enumerate(self.question)
        return tuple(Variable(place.name, place.values, at) for at, place in places if isinstance(place, Free))

    @property
    def n_pos(self) -> int:
        return len(self.question) + self.n_answers

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(len(self.question), self.n_pos))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(numbered("y", self.n_answers))

    @cached_property
    def roles(self) -> Mapping[str, int]:
        names = [place.name if isinstance(place, Free) else place for place in self.question]
        seen = {name: at for at, name in enumerate([*names, END, *self.outputs[:-1]])}
        return seen | {f"predicts {y}": at for y, at in zip(self.outputs, self.graded, strict=True)}

    def tokens(self, questions: Tokens) -> Tokens:
        ids = self.vocabulary.symbols.index
        fixed = {at: ids(place) for at, place in enumerate(self.question) if isinstance(place, str)}
        tokens = np.empty((len(questions), self.n_pos), np.int32)
        for at, token in (fixed | {len(self.question): ids(END)}).items():
            tokens[:, at] = token
        tokens[:, [v.position for v in self.variables]] = questions
        tokens[:, len(self.question) + 1 :] = self.answers(questions)[:, :-1]
        return tokens


def numbered(stem: str, count: int) -> list[str]:
    """`x[0]`, `x[1]` and so on."""
    return [f"{stem}[{i}]" for i in range(count)]


def unfit(base: int, length: int, *, free: int | None = None, least: int = 1) -> list[Reason]:
    """Why there are no `length` digits in `base`, at `least` so many; or too many questions, of `free` digits."""
    reasons = []
    if not 2 <= base <= len(DIGITS):
        reasons.append(Reason("base", f"{base} is not between 2 and {len(DIGITS)}", "digits are written 0..9, a..z"))
    if length < least:
        reasons.append(Reason("length", f"{length} is below {least}"))
    chosen = length if free is None else free
    if not reasons and base**chosen > MOST_QUESTIONS:
        size = f"{base}^{chosen} = {base**chosen:,} questions"
        reasons.append(Reason("length", f"{size} are too many to enumerate", "at most 2^31"))
    return reasons
