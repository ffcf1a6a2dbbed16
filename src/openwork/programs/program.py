"""A program: the one representation from which text, execution, JSON and the verdicts come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from openwork.programs.language import READABLE, Constant, Expression, Ints, OneOf, Scan, Table, abridged
from openwork.programs.numbering import PLAIN, Numbering
from openwork.programs.place import Place

Values = tuple[Ints, ...]
"""the items of a variable, `[input]` each"""


@dataclass(frozen=True)
class Symbol:
    """A token that the program may read: `x[3]` at position 4, as a number.

    Attributes:
        name: what it is called.
        position: where it stands.
        numbering: which number each token is.
    """

    name: str
    position: int
    numbering: Numbering = PLAIN

    def read(self, tokens: NDArray[np.int32]) -> Ints:
        """`[input]`, its number in these tokens, `[input, pos]`."""
        return self.numbering.read(tokens[:, self.position])


@dataclass(frozen=True)
class Variable:
    """Something that the model works out and keeps.

    Attributes:
        name: `head0[5]`: what wrote it, in which layer, at which position.
        items: how each of its items follows from question symbols and from earlier variables.
        sites: where it stands; interchange at the first alone, and at all together, is what it is tested by.
    """

    name: str
    items: tuple[Expression, ...]
    sites: tuple[Place, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names that its items are read by."""
        return (self.name,) if len(self.items) == 1 else tuple(f"{self.name}[{k}]" for k in range(len(self.items)))


@dataclass(frozen=True)
class Output:
    """What is answered at one graded position, as a number.

    Attributes:
        name: `y[0]`.
        expression: how it follows.
        position: where it is predicted.
        through: components at this position that turn what is there into the answer, and keep nothing that is named.
        numbering: which number each token of the answer vocabulary is.
    """

    name: str
    expression: Expression
    position: int
    through: tuple[Place, ...] = ()
    numbering: Numbering = PLAIN

    def tokens(self, known: Mapping[str, Ints]) -> Ints:
        """`[input]`, what is answered, as tokens; -1 where a table has no answer, or one that no token stands for."""
        return self.numbering.written(self.expression.values(known))


@dataclass(frozen=True)
class Program:
    """What a model computes.

    Attributes:
        symbols: the tokens that it may read.
        variables: each follows from symbols and from those before it.
        outputs: in the order of the graded positions.
    """

    symbols: tuple[Symbol, ...]
    variables: tuple[Variable, ...]
    outputs: tuple[Output, ...]

    def columns(self, tokens: NDArray[np.int32], forced: Mapping[str, Values] | None = None) -> dict[str, Ints]:
        """Every symbol and item by name, `[input]`, on these tokens, `[input, pos]`.

        Args:
            tokens: what the model sees.
            forced: values that some variables have, whatever they would follow from.
        """
        forced = forced or {}
        known = {symbol.name: symbol.read(tokens) for symbol in self.symbols}
        for variable in self.variables:
            given = forced.get(variable.name)
            items = [item.values(known) for item in variable.items] if given is None else given
            known |= dict(zip(variable.columns, items, strict=True))
        return known

    def values_of(self, variable: Variable, tokens: NDArray[np.int32]) -> Values:
        """The items of a variable, `[input]` each."""
        known = self.narrowed((), variable.name).columns(tokens)
        return tuple(known[column] for column in variable.columns)

    def answers(self, tokens: NDArray[np.int32], forced: Mapping[str, Values] | None = None) -> NDArray[np.int64]:
        """`[input, output]`, what it answers to these tokens, `[input, pos]`; see `columns` for `forced`."""
        known = self.columns(tokens, forced)
        return np.stack([output.tokens(known) for output in self.outputs], axis=1)

    def narrowed(self, outputs: Collection[int], kept: str = "") -> Program:
        """The same answers to these outputs and to all others 0, with the variables that they follow from and the one
        that is `kept`: of texts few are asked at once."""
        said = tuple(
            output if n in outputs else replace(output, expression=Constant(0)) for n, output in enumerate(self.outputs)
        )
        wanted = {name for n in outputs for name in self.outputs[n].expression.names()}
        variables = []
        for variable in reversed(self.variables):
            if variable.name == kept or wanted & set(variable.columns):
                variables.append(variable)
                wanted |= {name for item in variable.items for name in item.names()}
        return Program(self.symbols, tuple(reversed(variables)), said)

    def following(self, name: str) -> list[int]:
        """The outputs that follow from the variable of this name, by way of others too."""
        reached: set[str] = set()
        for variable in self.variables:
            read = {column for item in variable.items for column in item.names()}
            if variable.name == name or read & reached:
                reached |= set(variable.columns)
        return [n for n, output in enumerate(self.outputs) if reached & set(output.expression.names())]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Of every item and output, in order."""
        items = [item for variable in self.variables for item in variable.items]
        return (*items, *(output.expression for output in self.outputs))

    @property
    def entries(self) -> int:
        """Table entries in all; a table that stands at many places is counted once."""
        tables = (table for expression in self.expressions for table in _tables(expression))
        return sum(len(rows) for rows in dict.fromkeys(tables))

    def with_readable_tables(self) -> Program:
        """With large tables told by their size: for people to read, not to run."""
        variables = (replace(v, items=tuple(map(abridged, v.items))) for v in self.variables)
        outputs = (replace(output, expression=abridged(output.expression)) for output in self.outputs)
        return Program(self.symbols, tuple(variables), tuple(outputs))

    @property
    def is_answer_table(self) -> bool:
        """Whether it is nothing but answers looked up: no variable, and all that changes in large tables."""
        said = [output.expression for output in self.outputs]
        tables = [expression for expression in said if isinstance(expression, Table)]
        rest = all(isinstance(expression, Table | Constant) for expression in said)
        large = all(table.entries > READABLE for table in tables)
        return not self.variables and bool(tables) and rest and large

    @property
    def largest_table(self) -> int:
        """Entries of the largest table; those inside one expression are counted together."""
        return max((expression.entries for expression in self.expressions), default=0)


def _tables(expression: Expression) -> Iterator[tuple[tuple[int, ...], ...]]:
    """The rows of every table in it."""
    if isinstance(expression, Table):
        yield expression.rows
    if isinstance(expression, Scan):
        yield expression.steps
    if isinstance(expression, OneOf):
        yield tuple((number,) for number in expression.numbers)
    for part in expression.parts if expression.entries else ():
        yield from _tables(part)


def variable_named(program: Program, name: str) -> Variable:
    """The variable of this name.

    Raises:
        KeyError: there is none.
    """
    found: Sequence[Variable] = [variable for variable in program.variables if variable.name == name]
    if not found:
        raise KeyError(name)
    return found[0]
