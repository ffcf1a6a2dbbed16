"""Merging: variables that are one, since the model reads what they say from all of their places at once.

Two heads of one position may share what they hold between them, and later parts may fetch the same digits from two
positions: interchange at one of the places is then half of a variable. Where two variables of one stage stand at the
same position, or one says all that the other does, they become one with the places of both, if interchange there does
better than at either. That asks less of a program, for their places are no longer told apart; so it is done only where
one of them fails by itself, and the pairs it is decided on are not those that are scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.sites import CHOSEN_ON, GAIN, WANTED
from openwork.programs.language import renamed
from openwork.programs.program import Program, Variable


def with_merged(network: Network, program: Program, watch: Watch = silent) -> Program:
    """The program with those variables merged that are realised better together.

    Costs a few forward rows per pair, variable and pair of variables tried.
    """
    drawn = Drawn.of(network, "merging", 0, CHOSEN_ON).take(CHOSEN_ON)
    rates = {v.name: _rate(network, program, v, drawn) for v in program.variables}
    while True:
        watch(Step("which variables are one", 0.0, 0))
        found = []
        for one, other in _candidates(program):
            apart = rates[one.name], rates[other.name]
            if min(apart) < WANTED:
                merged = merge(program, one, other)
                [same] = [v for v in merged.variables if set(one.sites) <= set(v.sites)]
                rate = _rate(network, merged, same, drawn)
                if rate >= max(apart) + GAIN:
                    found.append((rate - min(apart), merged, same.name, rate))
        if not found:
            return program
        _, program, name, rate = max(found, key=lambda some: some[0])
        rates[name] = rate


def merge(program: Program, one: Variable, other: Variable) -> Program:
    """The program with both as one variable, which has the items and the places of both and stands where the first
    does. Two heads of a position become their layer."""
    items = tuple(dict.fromkeys((*one.items, *other.items)))
    merged = Variable(_name(one, other), items, tuple(dict.fromkeys((*one.sites, *other.sites))))
    names = {
        column: merged.columns[items.index(item)]
        for variable in (one, other)
        for column, item in zip(variable.columns, variable.items, strict=True)
    }
    variables = []
    for variable in program.variables:
        if variable is one:
            variables.append(merged)
        elif variable is not other:
            variables.append(replace(variable, items=tuple(renamed(item, names) for item in variable.items)))
    outputs = (replace(output, expression=renamed(output.expression, names)) for output in program.outputs)
    return Program(program.symbols, tuple(variables), tuple(outputs))


def _candidates(program: Program) -> Iterator[tuple[Variable, Variable]]:
    """Pairs of one stage, in their order: neither is made from the other then."""
    for one, other in combinations(program.variables, 2):
        if one.sites[0].stage == other.sites[0].stage:
            said, also = set(one.items), set(other.items)
            if one.sites[0].position == other.sites[0].position or said <= also or also <= said:
                yield one, other


def _rate(network: Network, program: Program, variable: Variable, drawn: Drawn) -> float:
    [rate] = drawn.rates(network, program, variable, [variable.sites])
    return rate.share


def _name(one: Variable, other: Variable) -> str:
    """Of two heads of one position, `head0_0[5]` and `head0_1[5]`, their layer's, `head0[5]`; else the first one's."""
    (stem, place), (also, there) = (variable.name.split("[") for variable in (one, other))
    if place != there or stem == also:
        return one.name
    return f"{stem.partition('_')[0]}[{place}"
