"""Completed: tables that lack what an input asks of them, made anew of all inputs.

A search looks at some inputs, so a table has the combinations that occur there. Where another input asks for one that
it does not have, there is no answer, and the next search, with that input, may end elsewhere. What the table says is
known of every input, though: of an answer the model's own, of an item what follows from the question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.network import Network
from openwork.programs.language import ABSENT, Expression, Ints, Name
from openwork.programs.program import Program

MOST_COMBINATIONS = 4096
"""of what is read, up to which a way is looked for again"""


def completed(
    network: Network, program: Program, from_symbols: Mapping[str, Expression], answered: Mapping[str, int]
) -> Program:
    """The program with what lacks something on some input as it follows on all, from the same names.

    Args:
        network: the model.
        program: reads nothing but what it says.
        from_symbols: how items follow from the question alone, by column.
        answered: which of the model's answers an item is, by column.
    """
    answers = [network.answer_numbering.read(network.answers[:, g]) for g in range(len(program.outputs))]
    known = {symbol.name: symbol.read(network.tokens) for symbol in program.symbols}
    question, named = dict(known), {s.name for s in program.symbols if network.names_in(s.numbering)}
    variables = []
    for variable in program.variables:
        items = []
        for column, item in zip(variable.columns, variable.items, strict=True):
            values = item.values(known)
            if item.entries and (values == ABSENT).any():
                target = None
                if column in answered:
                    target = answers[answered[column]]
                elif column in from_symbols:
                    target = from_symbols[column].values(question)
                if target is not None and (target != ABSENT).all():
                    item = _anew(network, item, target, known, named)
                    values = item.values(known)
            items.append(item)
            known[column] = values
            if isinstance(item, Name) and item.name in named:
                named.add(column)
        variables.append(replace(variable, items=tuple(items)))
    outputs = []
    for g, output in enumerate(program.outputs):
        expression = output.expression
        if expression.entries and (expression.values(known) == ABSENT).any():
            expression = _anew(network, expression, answers[g], known, named)
        outputs.append(replace(output, expression=expression))
    return Program(program.symbols, tuple(variables), tuple(outputs))


def _anew(
    network: Network, item: Expression, target: Ints, known: Mapping[str, Ints], named: Collection[str]
) -> Expression:
    """What makes this target of the same names; the item itself where they do not decide it, or are too many."""
    operands = [Operand(Name(n), known[n], named=n in named) for n in dict.fromkeys(item.names())]
    if compact([operand.column for operand in operands])[1] > MOST_COMBINATIONS:
        return item
    found = simplest(target, operands, *network.numbers)
    return item if found is None else found
