"""Otherwise: what else a line could say, with everything that speaks for the line speaking for it too.

Interchange tells apart no two contents of a place from which the same answers follow, whatever is interchanged, so a
model can have several programs (arXiv:2502.20914 on how one model has many perfect circuits). A line is said as that
which explains most of what the place holds; here stand those that pass every other test as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from openwork.analyses.result import percent
from openwork.analyses.steps import Step, Watch, silent
from openwork.data.randomness import bits, permutation
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.features import Features
from openwork.programs.decompile.labels import compact, explained_by, parting
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.shortening import unread_items
from openwork.programs.language import Expression, Ints, Name, inlined
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable
from openwork.programs.text import folded
from openwork.programs.verdicts.equal import equal
from openwork.programs.verdicts.realised import REALISED, realised
from openwork.programs.verdicts.whole import UNEXPLAINED, whole

MOST = 4
"""contents that are tried in the model at most, those that explain most of what their place holds first"""
LOOKED_AT = 4096
"""inputs on which contents are compared before one is tried"""


@dataclass(frozen=True)
class OtherContent:
    """A line that could be said otherwise.

    Attributes:
        variable: its name.
        text: what else it could hold.
        values: how many this takes.
        explained: share of the variance at the line's places that lies between these, 0 to 1.
        together: the least rate of interchange, of this line and of those that read it.
    """

    variable: str
    text: str
    values: int
    explained: float
    together: float


@dataclass(frozen=True)
class Otherwise:
    """What was found of a program's other ways to be said.

    Attributes:
        found: those that are realised as well.
        tried: how many were tried in the model: contents from which every answer follows, one line at a time.
        left: how many more there were, past the limit.
    """

    found: tuple[OtherContent, ...]
    tried: int
    left: int

    @property
    def words(self) -> str:
        """What of them is to be told, in a sentence."""
        if not self.tried:
            return "Otherwise: nothing else that a line could hold leaves every answer as it is."
        past = f" ({self.left:,} more were not tried)" if self.left else ""
        said = "; ".join(
            f"{other.variable} = {other.text}, {other.values} values, {percent(other.explained)} of its variance"
            for other in self.found
        )
        passed = f": {said}" if said else ""
        passing = f"{len(self.found)} pass{'es' if len(self.found) == 1 else ''} interchange and whole as well"
        return f"Otherwise: of {self.tried} other contents of a line, every answer the same, {passing}{past}{passed}."


def otherwise(
    network: Network, program: Program, gone: frozenset[Place], seed: int = 0, watch: Watch = silent
) -> Otherwise:
    """Other contents of one line at a time, of each loop the first that is read: those with which the program is equal
    on every input, realised and whole as well.

    Costs for each that is tried what the verdicts of its lines and of *whole* cost.
    """
    rows = permutation(bits("decompile otherwise", seed), len(network.tokens))[:LOOKED_AT]
    features = Features(network, rows)
    names = {group[0].left for group, _ in folded(program)}
    lines = [v for v in program.variables if v.name in names and _readers(program, v)]
    able = [content for line in lines for content in _contents(network, program, line, features)]
    able.sort(key=lambda content: -content.explained)
    found = []
    for number, content in enumerate(able[:MOST]):
        watch(Step(f"what {content.variable.name} could be said to hold", number / min(len(able), MOST), 0))
        said = _judged(network, content, gone, seed)
        if said is not None:
            found.append(said)
    return Otherwise(tuple(found), min(len(able), MOST), max(0, len(able) - MOST))


@dataclass(frozen=True, eq=False)
class _Content:
    """Something else that a place may hold, with the program that says so."""

    variable: Variable
    expression: Expression
    values: int
    explained: float
    program: Program


def _contents(network: Network, program: Program, variable: Variable, features: Features) -> Iterator[_Content]:
    """Those that part the inputs otherwise, and from which all that reads the line still follows."""
    known = program.columns(network.tokens[features.rows])
    unread = unread_items(program, variable)
    read = [known[column] for number, column in enumerate(variable.columns) if number not in unread]
    held = network.held(features.rows, variable.sites)
    there = np.concatenate([held[site] for site in variable.sites], axis=1)
    seen = {parting(*compact(columns)) for columns in ([known[c] for c in variable.columns], read) if columns}
    for expression in _candidates(program, variable, features):
        codes, values = compact([expression.values(known)])
        if values < 2 or (parts := parting(codes, values)) in seen:
            continue
        seen.add(parts)
        said = _read_anew(network, program, variable, expression, known)
        if said is not None and said.entries <= program.entries and equal(network, said).share == 1:
            yield _Content(variable, expression, values, explained_by(there, codes), said)


def _candidates(program: Program, variable: Variable, features: Features) -> Iterator[Expression]:
    """What can be known at its position, and what is made of it in one step."""
    for reader in _readers(program, variable):
        if len(variable.items) == 1 and set(reader.names()) == {variable.name}:
            yield inlined(reader, {variable.name: variable.items[0]})
    for feature in features.at(variable.sites[0].position):
        if feature.expression is not None:
            yield feature.expression


def _readers(program: Program, variable: Variable) -> list[Expression]:
    columns = set(variable.columns)
    return [e for e in program.expressions if columns & set(e.names())]


def _read_anew(
    network: Network, program: Program, variable: Variable, expression: Expression, known: dict[str, Ints]
) -> Program | None:
    """The program with this in the line's place, and its readers made from it; None where one does not follow."""
    held = Operand(Name(variable.name), expression.values(known), 0.0, variable.sites[0].position)
    columns = set(variable.columns)
    made: dict[Expression, Expression] = {}
    for reader in _readers(program, variable):
        besides = [Operand(Name(n), known[n]) for n in dict.fromkeys(reader.names()) if n not in columns]
        again = simplest(reader.values(known), [held, *besides], *network.numbers)
        if again is None or variable.name not in set(again.names()):
            return None
        made[reader] = again
    variables = tuple(
        replace(v, items=(expression,) if v is variable else tuple(made.get(item, item) for item in v.items))
        for v in program.variables
    )
    outputs = tuple(replace(o, expression=made.get(o.expression, o.expression)) for o in program.outputs)
    return replace(program, variables=variables, outputs=outputs)


def _judged(network: Network, content: _Content, gone: frozenset[Place], seed: int) -> OtherContent | None:
    """None where it is not realised, or leaves more unsaid than a program may."""
    name = content.variable.name
    reading = [v.name for v in content.program.variables if any(name in item.names() for item in v.items)]
    scores = realised(network, content.program, gone, seed, only=(name, *reading))
    least = min(min(score.together.share, score.at_its_place.share) for score in scores)
    if least < REALISED or whole(network, content.program, seed).share > UNEXPLAINED:
        return None
    return OtherContent(name, content.expression.text(), content.values, content.explained, least)
