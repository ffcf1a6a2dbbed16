"""Leaks: what is brought along, once every line has its places.

A head may bring a second digit that an MLP after it takes away again, or fetch from a position where an earlier head
has left one. Interchange at such a line is followed, and still answers turn when the rest of the position is another
input's. So while something is lost with what no line says, the line takes in one more item that its places or the MLPs
after them hold, or a place without a line gets one of its own, which nothing reads: whichever loses least then. A line
that nothing reads has to be followed like any other (nothing may change), and in *whole* its places are another
input's that agrees in what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from openwork.analyses.steps import Step, Watch, silent
from openwork.programs.decompile.along import NOTHING, SEED
from openwork.programs.decompile.labels import Label, compact
from openwork.programs.decompile.lines import name_of
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.sites import CHOSEN_ON, WANTED, covers_answer, sites_of
from openwork.programs.language import Constant, Expression, Name, renamed
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable
from openwork.programs.verdicts.whole import losing, lost_together

INPUTS = 2048
"""on which it is measured what is lost"""
LEAST = 0.2
"""of what is lost, the share that one more item or line must save"""
MOST = 12
"""items and lines taken in"""
LINES = 3
"""heads that are tried with a line of their own each time: those without which least is lost"""


def with_leaks(
    network: Network,
    program: Program,
    labels: Mapping[Place, Label],
    gone: frozenset[Place],
    watch: Watch = silent,
) -> Program:
    """The program with items and lines that save something, one after the other.

    Costs six forward rows for each of 2,048 inputs and item or place tried; one try where nothing is lost.
    """
    lost = lost_together(network, program, SEED, INPUTS)
    for number in range(MOST):
        if lost <= NOTHING:
            break
        watch(Step("what is brought along besides", number / MOST, 0))
        helping = losing(network, program, SEED, INPUTS)
        items = _with_items(network, program, labels, helping)
        best, least = program, lost
        lines = _with_lines(network, program, labels, gone, helping)
        answers = _with_answers(network, program, labels, gone, helping)
        for candidate in (*items, *_with_heads(network, program, gone, helping), *lines, *answers):
            now = lost_together(network, candidate, SEED, INPUTS)
            if now < least:
                best, least = candidate, now
        if least > (1 - LEAST) * lost:
            break
        program, lost = best, least
    return program


def _with_items(
    network: Network, program: Program, labels: Mapping[Place, Label], helping: Sequence[Place]
) -> Iterator[Program]:
    """Each line with one more item: what its places or MLPs after them hold and it does not say yet; and of the lines
    that stand where most is lost, any symbol of the question that can be known there."""
    known = program.columns(network.tokens)
    question = {variable.position for variable in network.subject.task.variables}
    for number, variable in enumerate(program.variables):
        codes, classes = compact([known[column] for column in variable.columns])
        items = _held(variable, labels)
        for worst in helping[:1]:
            if worst.position in {site.position for site in variable.sites}:
                seen = [s for s in program.symbols if network.sees(worst.position, s.position)]
                items += [Name(s.name) for s in seen if s.position in question]
        for item in dict.fromkeys(items):
            if compact([codes, item.values(known)])[1] > classes:
                yield _with_item(program, number, item)


def _held(variable: Variable, labels: Mapping[Place, Label]) -> list[Expression]:
    positions, first = {site.position for site in variable.sites}, min(site.stage for site in variable.sites)
    found: list[Expression] = []
    for place, label in labels.items():
        if place in variable.sites or (place.is_mlp and place.position in positions and place.stage > first):
            found += _said(label)
    return found


def _said(label: Label) -> list[Expression]:
    return [feature.expression for feature in label.features if feature.expression is not None]


def _with_item(program: Program, number: int, item: Expression) -> Program:
    variable = program.variables[number]
    more = replace(variable, items=(*variable.items, item))
    names = dict(zip(variable.columns, more.columns, strict=False))
    lines = [replace(line, items=tuple(renamed(said, names) for said in line.items)) for line in program.variables]
    lines[number] = more
    outputs = (replace(output, expression=renamed(output.expression, names)) for output in program.outputs)
    return Program(program.symbols, tuple(lines), tuple(outputs))


def _with_heads(
    network: Network, program: Program, gone: frozenset[Place], helping: Sequence[Place]
) -> Iterator[Program]:
    """With one more head among the places of a line of heads that stands where much is lost, and is followed then."""
    drawn = Drawn.of(network, "leaks", 0, CHOSEN_ON).take(CHOSEN_ON)
    positions = {place.position for place in helping[:LINES]}
    for number, line in enumerate(program.variables):
        own = line.sites[0]
        for head in network.places:
            beside = head.position == own.position in positions and head.layer < own.layer
            if beside and not head.is_mlp and not own.is_mlp and head not in line.sites:
                more = replace(line, sites=(*line.sites, head))
                [rate] = drawn.rates(network, program, line, [more.sites])
                covering = covers_answer(network, more.sites, gone) and not covers_answer(network, line.sites, gone)
                if rate.share >= WANTED and not covering:
                    yield replace(
                        program, variables=(*program.variables[:number], more, *program.variables[number + 1 :])
                    )


def _with_answers(
    network: Network,
    program: Program,
    labels: Mapping[Place, Label],
    gone: frozenset[Place],
    helping: Sequence[Place],
) -> Iterator[Program]:
    """With a line for an MLP that makes an answer of what lines before it hold, where that is followed."""
    drawn = Drawn.of(network, "leaks", 0, CHOSEN_ON).take(CHOSEN_ON)
    taken = {line.name for line in program.variables}
    made = {place.position: place for place in reversed(helping) if place.is_mlp}
    for number, output in enumerate(program.outputs):
        place = made.get(output.position)
        if place is None or isinstance(output.expression, Name | Constant):
            continue
        line = Variable(name_of(network.subject.spec, place), (output.expression,), (place,))
        if line.name not in taken:
            outputs = list(program.outputs)
            outputs[number] = replace(output, expression=Name(line.name))
            more = replace(program, variables=(*program.variables, line), outputs=tuple(outputs))
            placed = replace(line, sites=sites_of(network, more, line, labels, gone, drawn))
            [rate] = drawn.rates(network, more, placed, [placed.sites])
            if rate.share >= WANTED:
                yield replace(more, variables=(*program.variables, placed))


def _with_lines(
    network: Network,
    program: Program,
    labels: Mapping[Place, Label],
    gone: frozenset[Place],
    helping: Sequence[Place],
) -> Iterator[Program]:
    """With a line of its own for one of the heads that lose most, where it is followed: nothing may change."""
    drawn = Drawn.of(network, "leaks", 0, CHOSEN_ON).take(CHOSEN_ON)
    taken = {line.name for line in program.variables}
    spec = network.subject.spec
    for place in [place for place in helping if not place.is_mlp][:LINES]:
        items = tuple(_said(labels[place])) if place in labels else ()
        if items and name_of(spec, place) not in taken:
            line = Variable(name_of(spec, place), items, (place,))
            later = [n for n, other in enumerate(program.variables) if other.sites[0].stage >= place.stage]
            at = later[0] if later else len(program.variables)
            more = replace(program, variables=(*program.variables[:at], line, *program.variables[at:]))
            sites = sites_of(network, more, line, labels, gone, drawn)
            placed = replace(line, sites=sites)
            [rate] = drawn.rates(network, more, placed, [sites])
            if rate.share >= WANTED:
                yield replace(more, variables=(*program.variables[:at], placed, *program.variables[at:]))
