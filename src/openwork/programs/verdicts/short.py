"""Short: what a reader has to take in, against the table of all answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import log2

import numpy as np

from openwork.programs.decompile.network import Network
from openwork.programs.items import loops_of, numbers_of
from openwork.programs.language import PRIMITIVES, Constant, Exceptions, Expression, Name, Scan, Table
from openwork.programs.language.reading import listed
from openwork.programs.program import Program
from openwork.programs.text import folded, program_text

SHORT = 0.05
"""bits of the program for each bit of the answer table"""
PER_LOOP = 8.0
"""bits for a loop: how often, and which indices step"""


@dataclass(frozen=True)
class Short:
    """How much there is to read.

    Attributes:
        lines: of the program's text, comments and brackets aside.
        entries: table entries in all.
        largest_table: entries of the largest.
        bits: of the program and its tables, a loop counted once.
        table_bits: of the answers to every input measured, each as one of those that occur at its place.
    """

    lines: int
    entries: int
    largest_table: int
    bits: float
    table_bits: float

    @property
    def share(self) -> float:
        """Bits of the program for each bit of the table; 0 where the answers never change and there is no table."""
        return self.bits / self.table_bits if self.table_bits else 0.0


def short(network: Network, program: Program) -> Short:
    """Counts; runs nothing."""
    size = len(np.unique(network.tokens, axis=0))
    if network.asked.all():
        table = size * sum(log2(len(np.unique(column))) for column in network.answers.T)
    else:  # several lengths: what one place answers another may
        table = int(network.asked.sum()) * log2(len(np.unique(network.answers[network.asked])))
    lines = [line for line in program_text(program).splitlines() if line.strip() and not line.strip().startswith("#")]
    return Short(len(lines), program.entries, program.largest_table, program_bits(program), table)


def program_bits(program: Program) -> float:
    """A kind for each step, a choice among what can be read for each name, numbers and table entries as they come."""
    names = len(program.symbols) + sum(len(variable.items) for variable in program.variables)
    total = 0.0
    for group, expressions in folded(program):
        for looped in loops_of(expressions):
            total += _bits(looped[0], log2(max(names, 2)))
            # A loop over waves: once, and what each further one is of.
            total += sum(_number(next(numbers_of(item))) for item in looped[1:])
        total += PER_LOOP if len(group) > 1 else 0
    return total


def _bits(expression: Expression, per_name: float) -> float:
    kind = log2(len(PRIMITIVES))
    match expression:
        case Name():
            return kind + per_name
        case Constant():
            return kind + _number(expression.number)
        case Scan():
            width = max((_number(value) for row in expression.steps for value in row), default=0)
            return kind + _many(expression.of, per_name) + 3 * len(expression.steps) * width
        case Exceptions():
            inner = kind + _bits(expression.usual, per_name) + _many(expression.of, per_name)
            return inner + sum(_number(value) for row in expression.rows for value in row)
        case Table():
            width = max(_number(value) for row in expression.rows for value in row)
            return kind + _many(expression.of, per_name) + len(expression.rows) * width
    total = kind
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            total += _bits(value, per_name)
        elif isinstance(value, tuple) and any(isinstance(part, Expression) for part in value):
            total += _many(value, per_name)
        elif isinstance(value, tuple):
            total += sum(_number(part) for part in value if isinstance(part, int))
        elif isinstance(value, int):
            total += _number(value)
        else:
            total += 2  # one of four relations
    return total


def _many(parts: Sequence[Expression], per_name: float) -> float:
    if listed(tuple(parts)).count(",") == 0 and len(parts) > 1:
        return 2 * per_name  # a slice: where it begins and ends
    return sum(_bits(part, per_name) for part in parts)


def _number(value: int) -> float:
    return 1 + log2(1 + abs(value))
