"""Shown: where an answer that is shown settles what is brought from elsewhere too.

Of two numbers whose tens add up to nine the first digit of the sum is the carry. A model that is shown this digit may
read it there, and reckon with the carry that a head brings everywhere else. On every input the two are the same, so
answers don't tell which of them is read. Interchange does: it brings another input's carry and leaves the digit that is
shown, or takes both from the other where one line holds both. Which way is the model's is decided on pairs of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.network import Network, embedded
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.sites import CHOSEN_ON, GAIN, WANTED
from openwork.programs.language import (
    Compared,
    Constant,
    Either,
    Expression,
    Ints,
    Known,
    Name,
    OneOf,
    Plus,
    Sum,
    renamed,
    replaced,
)
from openwork.programs.program import Program, Symbol, Variable

FEW = 4
"""names that are added up, and numbers that are listed, in a condition"""


def with_shown(network: Network, program: Program, watch: Watch = silent) -> Program:
    """The program with shown answers read where interchange says that the model reads them.

    Costs some forward rows per pair and variable, for the program and for each way tried; none where no line fails or
    no shown answer settles anything.
    """
    drawn = Drawn.of(network, "shown", 0, CHOSEN_ON).take(CHOSEN_ON)
    now = _mean(network, program, drawn)
    while now[1] < WANTED:
        best, further = program, now
        for held, others in ways_to_show(network, program):
            # What a further place alone does is not what reading there does.
            enough = max(now[0], _mean(network, held, drawn)[0] if others and held is not program else 0.0) + GAIN
            for number, other in enumerate(others):
                watch(Step(f"what shown answers settle, {number + 1}", 0.0, 0))
                rates = _mean(network, other, drawn)
                if rates[0] >= max(enough, further[0]):
                    best, further = other, rates
        if best is program:
            break
        now, program = further, best
    return program


def _mean(network: Network, program: Program, drawn: Drawn) -> tuple[float, float]:
    """Of the lines' rates, the mean and the least."""
    rates = [drawn.rates(network, program, v, [v.sites])[0].share for v in program.variables]
    return (float(np.mean(rates)), min(rates)) if rates else (1.0, 1.0)


def ways_to_show(network: Network, program: Program) -> Iterator[tuple[Program, list[Program]]]:
    """The program, and with a shown answer as an item of a line of heads that has it among its places; each with the
    programs that read it in one more place."""
    asked = {variable.position for variable in network.subject.task.variables}
    for symbol in program.symbols:
        if symbol.position not in asked:
            yield program, list(_settled(network, program, Name(symbol.name), symbol.position))
            for variable in program.variables:
                if not variable.sites[0].is_mlp and symbol.position in {site.position for site in variable.sites}:
                    held, name = _holding(program, variable, symbol)
                    yield held, list(_settled(network, held, name, symbol.position))


def _holding(program: Program, variable: Variable, symbol: Symbol) -> tuple[Program, Name]:
    """The program with the symbol as an item of this variable and its embedding among the places; and its name."""
    items = variable.items if Name(symbol.name) in variable.items else (*variable.items, Name(symbol.name))
    sites = tuple(dict.fromkeys((*variable.sites, *embedded([symbol.position]))))
    held = replace(variable, items=items, sites=sites)
    names = dict(zip(variable.columns, held.columns, strict=False))
    lines = (replace(each, items=tuple(renamed(item, names) for item in each.items)) for each in program.variables)
    variables = tuple(held if line.name == held.name else line for line in lines)
    outputs = (replace(output, expression=renamed(output.expression, names)) for output in program.outputs)
    return Program(program.symbols, variables, tuple(outputs)), Name(held.columns[items.index(Name(symbol.name))])


def _settled(network: Network, program: Program, shown: Name, position: int) -> Iterator[Program]:
    """With one column that is read at this position replaced by what is shown, under each condition, of all else that
    is read there, under which the one follows from the other."""
    known = program.columns(network.tokens)
    for n, output in enumerate(program.outputs):
        if output.position == position:
            for said in _read(output.expression, (output.expression,), shown, known):
                outputs = (*program.outputs[:n], replace(output, expression=said), *program.outputs[n + 1 :])
                yield replace(program, outputs=outputs)
    for n, variable in enumerate(program.variables):
        if variable.sites[0].is_mlp and variable.sites[0].position == position:
            for k, item in enumerate(variable.items):
                for said in _read(item, variable.items, shown, known):
                    line = replace(variable, items=(*variable.items[:k], said, *variable.items[k + 1 :]))
                    lines = (*program.variables[:n], line, *program.variables[n + 1 :])
                    yield replace(program, variables=lines)


def _read(item: Expression, beside: Sequence[Expression], shown: Name, known: Known) -> Iterator[Expression]:
    """The item with one part as it follows from what is shown, under conditions of what is read beside."""
    names = list(dict.fromkeys(name for one in beside for name in one.names()))
    for part in dict.fromkeys(_parts(item)):
        if shown.name not in part.names():
            column, inside = part.values(known), set(part.names())
            for of in _sums([name for name in names if name not in (*inside, shown.name)]):
                found = _follows(column, known[shown.name], of.values(known), shown)
                if found is not None:
                    numbers, then = found
                    held = OneOf(of, numbers) if len(numbers) > 1 else Compared(of, "==", Constant(numbers[0]))
                    yield replaced(item, part, Either(held, then, part))


def _parts(item: Expression) -> Iterator[Expression]:
    """What is read in it, and comparisons of that."""
    if isinstance(item, Name | Compared):
        yield item
    for part in item.parts:
        yield from _parts(part)


def _sums(names: Sequence[str]) -> Iterator[Expression]:
    """Each of these, and the sums of two or three where they are few."""
    for count in (1, 2, 3) if len(names) <= FEW else (1,):
        for some in combinations(map(Name, names), count):
            yield some[0] if count == 1 else Plus(*some) if count == 2 else Sum(some)


def _follows(column: Ints, seen: Ints, beside: Ints, shown: Name) -> tuple[tuple[int, ...], Expression] | None:
    """Where the column changes and follows from what is seen, by what stands beside it; and how. None where it nowhere
    does so in one short way, or everywhere."""
    numbers = []
    for number in np.unique(beside).tolist():
        here = beside == number
        codes, classes = compact([seen[here]])
        if compact([column[here]])[1] > 1 and compact([codes, column[here]])[1] == classes:
            numbers.append(number)
    there = np.isin(beside, numbers)
    if not 0 < len(numbers) <= FEW or there.all() or compact([seen, column])[1] == compact([seen])[1]:
        return None
    then = simplest(column[there], [Operand(shown, seen[there])], 2)
    return None if then is None or then.entries else (tuple(numbers), then)
