"""Equal: the program's answers are the model's, right or wrong, on every input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.network import Network
from openwork.programs.language import ABSENT
from openwork.programs.program import Program
from openwork.tasks.symbol_sets import set_text

SHOWN = 5
"""counterexamples that are kept"""
NO_ANSWER = "(no answer)"
"""of a table that does not have this combination"""


@dataclass(frozen=True)
class Equal:
    """How far a program answers as the model does.

    Attributes:
        inputs: how many were compared.
        same: on how many of these every answer is the same.
        right: on how many of these the model answers as the task wants.
        counterexamples: inputs where they differ: the question, the program's answers, the model's.
    """

    inputs: int
    same: int
    right: int
    counterexamples: tuple[tuple[str, str, str], ...]

    @property
    def share(self) -> float:
        """Of the inputs, 0 to 1."""
        return self.same / self.inputs


def equal(network: Network, program: Program) -> Equal:
    """Compares on all of the subject's inputs; none is the same where the model gives no answer.

    Costs nothing but the program's own execution.
    """
    found = program.answers(network.tokens)
    asked = network.asked
    different = np.flatnonzero((((found != network.answers) | (network.answers < 0)) & asked).any(axis=1))
    subject = network.subject
    symbols, sets = subject.task.answer_vocabulary.symbols, subject.inputs.sets
    some = different[:SHOWN]
    said = (_text(symbols, found[row][asked[row]], sets) for row in some)
    answered = (_text(symbols, network.answers[row][asked[row]], sets) for row in some)
    examples = zip(subject.texts(subject.inputs.take(some)), said, answered, strict=True) if len(some) else ()
    right = int((network.answers == subject.inputs.answers).all(axis=1).sum())
    return Equal(len(found), len(found) - len(different), right, tuple(examples))


def _text(symbols: tuple[str, ...], row: NDArray[np.integer[Any]], sets: bool) -> str:
    found = row.tolist()
    if sets:
        return " ".join(set_text(v, symbols) if v >= 0 else NO_ANSWER for v in found)
    if all(v == ABSENT for v in found):
        return NO_ANSWER
    return " ".join(symbols[v] if 0 <= v < len(symbols) else NO_ANSWER if v == ABSENT else f"({v})" for v in found)
