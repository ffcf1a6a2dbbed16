"""What is wrong with a program that somebody wrote: it can be built, and could not be run, shown or placed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from reprlib import repr as shown
from typing import Any

from openwork.programs.language import (
    BestFit,
    Chosen,
    Compose,
    Doubled,
    Expression,
    Match,
    Modulo,
    MostFrequent,
    NextAbove,
    PairCount,
    PlaceInOrder,
    Product,
    Ranked,
    Scan,
    SumSigned,
    Table,
    Wave,
)
from openwork.programs.language.comparison import HOLDS
from openwork.programs.language.permuting import MOST_PERMUTED
from openwork.programs.language.waves import LARGEST_MODULUS
from openwork.programs.numbering import Numbering
from openwork.programs.place import EMBEDDING, Place
from openwork.programs.program import Program
from openwork.tasks.symbol_sets import MOST_SYMBOLS

LARGEST = 2**31
"""numbers lie below it, so that no sum of them leaves 64 bits"""
MOST_NUMBER = 1000
"""states and symbols of a scan lie below it"""
COMPONENT = re.compile(rf"blocks\.\d{{1,6}}\.(attn(\.head\.\d{{1,6}})?|mlp|hook_resid_(mid|post))|{EMBEDDING}")


def faults(program: Program) -> Iterator[str]:
    """Every fault, in the order of the program: what is there and what would fit; nothing of one that is whole."""
    known: set[str] = set()
    if not program.symbols:
        yield "it has no symbols; give those that it reads, or any one"
    for symbol in program.symbols:
        yield from _named("symbol", symbol.name, (symbol.name,), known)
        yield from _position(symbol.name, symbol.position)
        yield from _numbered(symbol.name, symbol.numbering)
    for variable in program.variables:
        for item in variable.items:
            yield from _expression(str(variable.name), item, known)
        for field, held in (("items", variable.items), ("sites", variable.sites)):
            if not held:
                yield f"{variable.name}: it has no {field}"
        for site in variable.sites:
            yield from _place(str(variable.name), site)
        yield from _named("variable", variable.name, variable.columns, known)
    for output in program.outputs:
        yield from _expression(str(output.name), output.expression, known)
        yield from _position(str(output.name), output.position)
        for site in output.through:
            yield from _place(str(output.name), site)
        yield from _numbered(str(output.name), output.numbering)


def _named(what: str, name: object, columns: tuple[str, ...], known: set[str]) -> Iterator[str]:
    """Faults of a name; afterwards its columns are known."""
    if not (isinstance(name, str) and name and name.isprintable()):
        yield f"the {what} {shown(name)}: a name is printable text"
        return
    yield from (f"the {what} {name}: {column} is there already" for column in columns if column in known)
    known.update(columns)


def _numbered(where: str, numbering: Numbering) -> Iterator[str]:
    for token, read in numbering.numbers:
        if not (_is_number(token) and _is_number(read) and token >= 0 and read >= 0):
            yield f"{where}: the token {shown(token)} is read as {shown(read)}, where whole numbers from 0 are wanted"
    if any(len({pair[side] for pair in numbering.numbers}) < len(numbering.numbers) for side in (0, 1)):
        yield f"{where}: two tokens are read as one number, or one as two"
    for number, sign in numbering.signs:
        if not (_is_number(number) and isinstance(sign, str)):
            yield f"{where}: {shown(number)} is written {shown(sign)}, where a number and its sign are wanted"


def _position(where: str, position: Any) -> Iterator[str]:
    if not (_is_number(position) and position >= 0):
        yield f"{where}: the position {shown(position)} is no whole number from 0"


def _place(where: str, place: Place) -> Iterator[str]:
    if not (isinstance(place.component, str) and COMPONENT.fullmatch(place.component)):
        yield f"{where}: {shown(place.component)} is no place of a line, as blocks.0.attn.head.1 is"
    yield from _position(where, place.position)


def _expression(where: str, expression: object, known: set[str]) -> Iterator[str]:
    if not isinstance(expression, Expression):
        yield f"{where}: {shown(expression)} is no expression"
        return
    wrong = [f.name for f in fields(expression) if not FITS[str(f.type)](getattr(expression, f.name))]
    yield from (
        f"{where}, {expression.kind}: {name} = {shown(getattr(expression, name))} does not fit" for name in wrong
    )
    if wrong:
        return
    yield from (f"{where}, {expression.kind}: {fault}" for fault in _of_kind(expression))
    if not expression.parts:
        yield from (f"{where}: nothing before it is called {name}" for name in expression.names() if name not in known)
    for part in expression.parts:
        yield from _expression(where, part, known)


def _of_kind(expression: Expression) -> Iterator[str]:
    """What no field is wrong in by itself."""
    match expression:
        case Table(of, rows) if any(len(row) != len(of) + 1 for row in rows):
            yield "a row has a number for each key, and the value"
        case Modulo(_, modulus) | SumSigned(_, modulus) if modulus < 1:
            yield f"the modulus {modulus} is not above 0"
        case PlaceInOrder(index, of) if not 0 <= index < len(of):
            yield f"there is no number {index} among {len(of)}"
        case Ranked(of, rank) if not 0 <= rank < len(of):
            yield f"there is no rank {rank} among {len(of)}"
        case Chosen(of, symbols, bits) if not len(of) == len(symbols) == len(set(bits)) or not all(
            0 <= bit < MOST_SYMBOLS for bit in bits
        ):
            yield f"of each of {len(of)} conditions a symbol and a bit of its own, below {MOST_SYMBOLS}"
        case Scan(_, steps) if any(len(row) != 3 or not all(0 <= n < MOST_NUMBER for n in row) for row in steps):
            yield f"a step has a state, a symbol and the state after it, each 0 to {MOST_NUMBER - 1}"
        case MostFrequent(_, bound) | NextAbove(_, _, bound) if not 0 < bound < MOST_NUMBER:
            yield f"the bound {bound} is not between 1 and {MOST_NUMBER - 1}"
        case PairCount(lefts, _, rights) if len(lefts) != len(rights):
            yield f"lists of {len(lefts)} and {len(rights)}, which make no pairs"
        case Match(_, keys, held) if len(keys) != len(held):
            yield f"{len(keys)} keys, and {len(held)} values beside them"
        case Wave(modulus=p) | Product(modulus=p) | Doubled(modulus=p) if not 2 <= p <= LARGEST_MODULUS:
            yield f"the modulus {p} of a wave is not between 2 and {LARGEST_MODULUS:,}"
        case Compose(things=n) if not 2 <= n <= MOST_PERMUTED:
            yield f"{n} things to permute, where 2 to {MOST_PERMUTED} can be"
        case BestFit(of, frequencies, weights, p):
            if not len(of) == len(frequencies) == len(weights):
                yield f"{len(of)} waves, {len(frequencies)} frequencies and {len(weights)} weights"
            if not 2 <= p <= LARGEST_MODULUS:
                yield f"the modulus {p} of a wave is not between 2 and {LARGEST_MODULUS:,}"


def _is_number(value: Any) -> bool:
    return type(value) is int and abs(value) < LARGEST


def _all(fits: Callable[[Any], bool], least: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple) and len(value) >= least and all(map(fits, value))


FITS: dict[str, Callable[[Any], bool]] = {
    "int": _is_number,
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "Relation": lambda value: isinstance(value, str) and value in HOLDS,
    "Expression": lambda value: isinstance(value, Expression),
    "tuple[Expression, ...]": _all(lambda value: isinstance(value, Expression), 1),
    "tuple[int, ...]": _all(_is_number, 0),
    "tuple[str, ...]": _all(lambda value: isinstance(value, str), 0),
    "tuple[tuple[int, ...], ...]": _all(_all(_is_number, 1), 0),
}
"""for each type of a primitive's field whether a value is of it"""
