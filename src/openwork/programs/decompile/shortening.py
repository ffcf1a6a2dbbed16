"""Shortening: a program without what nothing reads; what a place brings along unread is kept where it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from openwork.programs.language import Expression, renamed
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable


def shortened(
    program: Program, along: Collection[str] = (), from_symbols: Mapping[str, Expression] | None = None
) -> Program:
    """Without items and variables that nothing reads; where such a variable holds what another of the same layer and
    position does, its places are places of the other.

    Args:
        program: with all that its places hold.
        along: variables whose unread items are kept, after those that are read.
        from_symbols: by column, how an item follows from the question alone: so unread items are said, where it is
            known.
    """
    read = read_columns(program)
    live = [variable for variable in program.variables if set(variable.columns) & read]
    unread = [variable for variable in program.variables if not set(variable.columns) & read]
    known = {symbol.name for symbol in program.symbols}
    names: dict[str, str] = {}
    made = []
    for variable in live:
        pairs = list(zip(variable.columns, variable.items, strict=True))
        said = [(column, item) for column, item in pairs if column in read]
        sites = (*variable.sites, *_elsewhere(variable, [item for _, item in said], unread))
        if variable.name in along:
            for column, item in pairs:
                plain = (from_symbols or {}).get(column, item if set(item.names()) <= known else None)
                if column not in read and plain is not None and not plain.entries:
                    said.append((column, plain))
        new = Variable(variable.name, tuple(item for _, item in said), sites)
        known |= {column for column, _ in said}
        names |= dict(zip((column for column, _ in said), new.columns, strict=True))
        made.append(new)
    variables = (replace(new, items=tuple(renamed(item, names) for item in new.items)) for new in made)
    outputs = (replace(output, expression=renamed(output.expression, names)) for output in program.outputs)
    return Program(program.symbols, tuple(variables), tuple(outputs))


def without_unread_items(program: Program) -> Program:
    """What a reader needs to follow the answers; a variable of which nothing is read stays as it is."""
    read, names, made = read_columns(program), dict[str, str](), []
    for variable in program.variables:
        pairs = [pair for pair in zip(variable.columns, variable.items, strict=True) if pair[0] in read]
        new = replace(variable, items=tuple(item for _, item in pairs)) if pairs else variable
        names |= dict(zip((column for column, _ in pairs), new.columns, strict=True)) if pairs else {}
        made.append(new)
    variables = (replace(new, items=tuple(renamed(item, names) for item in new.items)) for new in made)
    outputs = (replace(output, expression=renamed(output.expression, names)) for output in program.outputs)
    return Program(program.symbols, tuple(variables), tuple(outputs))


def read_columns(program: Program) -> set[str]:
    """The columns that some answer follows from."""
    wanted = {name for output in program.outputs for name in output.expression.names()}
    for variable in reversed(program.variables):
        for column, item in zip(variable.columns, variable.items, strict=True):
            if column in wanted:
                wanted |= set(item.names())
    return wanted


def unread_items(program: Program, variable: Variable, read: Collection[str] | None = None) -> tuple[int, ...]:
    """Which of its items no answer follows from; `read` are the columns that some follows from, where known."""
    read = read_columns(program) if read is None else read
    return tuple(number for number, column in enumerate(variable.columns) if column not in read)


def _elsewhere(variable: Variable, items: Iterable[Expression], unread: Iterable[Variable]) -> list[Place]:
    own, wanted = variable.sites[0], set(items)
    return [
        site
        for other in unread
        if (other.sites[0].stage, other.sites[0].position) == (own.stage, own.position) and wanted <= set(other.items)
        for site in other.sites
    ]
