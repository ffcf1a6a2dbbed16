"""Layers: variables that heads of two layers bring between them, and lines that only hand on.

A later head may fetch once more what a head of the same position has fetched already, and what comes after reckons with
both: interchange at either is then half of a variable. Where a head fails by itself and interchange at both together
does better, they are one, named by the later, which has the places of both. As in merging, that asks less of a program,
so it is done only where a line fails, and is decided on pairs that are not scored.

A place of which nothing is read but what the token or a line says stands at its position already only hands it on.
Where it fails by itself it has no line: what reads it reads what it read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.lines import name_of
from openwork.programs.decompile.network import Network, embedded
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.shortening import read_columns
from openwork.programs.decompile.sites import CHOSEN_ON, GAIN, WANTED
from openwork.programs.language import Expression, Name, renamed
from openwork.programs.program import Program, Variable


def with_joined_layers(network: Network, program: Program, watch: Watch = silent) -> Program:
    """The program with variables of two layers joined that are realised better together, and without lines that fail
    and only hand on.

    Costs a forward row per pair and variable, and one per pair and two that are tried together.
    """
    drawn = Drawn.of(network, "layers", 0, CHOSEN_ON).take(CHOSEN_ON)
    for variable in program.variables:
        [alone] = drawn.rates(network, program, variable, [variable.sites])
        if alone.share < WANTED:
            program = _handed_on(program, variable)
    rates = {variable.name: _rate(network, program, variable, drawn) for variable in program.variables}
    while True:
        watch(Step("which layers bring one variable", 0.0, 0))
        found = []
        for variable in program.variables:
            if rates[variable.name] < WANTED and not variable.sites[0].is_mlp:
                for other, joined in _with_later(network, program, variable):
                    apart = max(rates[variable.name], rates.get(other, 0.0))
                    [same] = [v for v in joined.variables if v.name == other]
                    rate = _rate(network, joined, same, drawn)
                    if rate >= apart + GAIN or rate >= WANTED:
                        found.append((rate - rates[variable.name], joined, other, rate))
        if not found:
            return program
        _, program, name, rate = max(found, key=lambda some: some[0])
        rates[name] = rate


def _handed_on(program: Program, variable: Variable) -> Program:
    """The program without it, where each item of it that is read is an item of a line that stands at its position."""
    read, position = read_columns(program), variable.sites[0].position
    there = {s.name for s in program.symbols if s.position == position}
    for line in program.variables:
        if line is not variable and any(site.position == position for site in line.sites):
            there |= set(line.columns)
    names = {}
    for column, item in zip(variable.columns, variable.items, strict=True):
        if isinstance(item, Name) and item.name in there:
            names[column] = item.name
        elif column in read:
            return program
    if any(
        set(column for column in variable.columns if column not in names) & set(item.names())
        for line in program.variables
        for item in line.items
    ):
        return program
    return _renamed(program, names, {variable.name: None})


def _with_later(network: Network, program: Program, variable: Variable) -> Iterator[tuple[str, Program]]:
    """The program with the variable and a later head of its position as one, if that has no line or one that says some
    of the same; and the name of that."""
    own, said = variable.sites[0], {*variable.items, *map(Name, variable.columns)}
    for place in network.places:
        if place.position == own.position and place.layer > own.layer and not place.is_mlp:
            bare = Variable(name_of(network.subject.spec, place), (), (place,))
            later = next((v for v in program.variables if place in v.sites or v.name == bare.name), bare)
            if later is bare or (later is not variable and said & set(later.items)):
                joined = joined_layers(program, variable, later)
                if joined is not None:
                    yield later.name, joined


def joined_layers(program: Program, variable: Variable, later: Variable) -> Program | None:
    """The program with both as one variable of the later's name; None where what the later holds besides is made of
    what comes between."""
    own = dict(zip(variable.columns, variable.items, strict=True))
    items = list(variable.items)
    columns: dict[str, int] = {column: n for n, column in enumerate(variable.columns)}
    before = {s.name for s in program.symbols}
    for line in program.variables[: program.variables.index(variable)]:
        before |= set(line.columns)
    for column, item in zip(later.columns, later.items, strict=bool(later.items)):
        said: Expression = own[item.name] if isinstance(item, Name) and item.name in own else item
        if said not in items:
            if not set(said.names()) <= before:
                return None
            items.append(said)
        columns[column] = items.index(said)
    one = Variable(later.name, tuple(items), tuple(dict.fromkeys((*later.sites, *variable.sites))))
    names = {column: one.columns[n] for column, n in columns.items()}
    return _renamed(program, names, {variable.name: one, later.name: None})


def _renamed(program: Program, names: Mapping[str, str], lines: Mapping[str, Variable | None]) -> Program:
    """With columns renamed where they are read, and some lines in place of these, or none."""
    variables = []
    for line in program.variables:
        instead = lines.get(line.name, line)
        if instead is line:
            variables.append(replace(line, items=tuple(renamed(item, names) for item in line.items)))
        elif instead is not None:
            variables.append(instead)
    outputs = (replace(output, expression=renamed(output.expression, names)) for output in program.outputs)
    return Program(program.symbols, tuple(variables), tuple(outputs))


def _rate(network: Network, program: Program, variable: Variable, drawn: Drawn) -> float:
    """Of interchange at its places, or at these and the token there, whose leak a head may take away."""
    here = embedded(p for p in network.symbols if p == variable.sites[0].position)
    rates = drawn.rates(network, program, variable, [variable.sites, (*variable.sites, *here)])
    return max(rate.share for rate in rates)
