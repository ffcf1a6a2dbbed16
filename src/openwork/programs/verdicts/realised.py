"""Realised: interchange at each variable's sites, in the whole model, on fresh pairs; and what such a rate is worth.

Interchange confirms any variable that decides the answers, even a scrambled copy of the question. So beside the rates
stand the variable's effective values (those that some context tells apart) and the share of the place's variance that
they explain: a line claims no more than these.

A place may bring more than a line reads: items that no answer follows from, and what the token beside it says. So its
first place is also tried alone with inputs that agree in these.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from openwork.analyses.effective_values import classes_of_rows
from openwork.analyses.steps import Step, Watch, silent
from openwork.data.interval import clopper_pearson
from openwork.programs.decompile.labels import compact, explained_by, same_classes
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn, Rate
from openwork.programs.decompile.parents import is_symbol
from openwork.programs.decompile.planes import Planes
from openwork.programs.decompile.shortening import unread_items
from openwork.programs.decompile.sites import covers_answer
from openwork.programs.language import Ints
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

PAIRS = 4096
CONTEXTS = 128
"""inputs in which values are told apart"""
FEWEST = 256
"""pairs for each position of a line that stands at many"""
SURE = 2048
"""pairs there where so many are too few to tell a rate from the one that is asked: three of 256 may be 1 % or less"""
REALISED = 0.99
"""interchange at a variable's sites together, in the least realised line"""
MOST_VALUES = 300
"""of a variable, all tried in every context"""


@dataclass(frozen=True)
class LineScore:
    """What was measured of one variable.

    Attributes:
        variable: its name.
        site: the one place that does best alone, chosen before.
        alone: interchange there.
        alike: interchange at its first component alone, the heads of one layer and position together, from inputs that
            agree in what it brings along unread.
        together: interchange at all of its sites at once.
        values: how many the variable takes.
        effective: how many of them some context tells apart; None where they are too many to try.
        explained: share of the variance of what its sites hold that lies between its values, 0 to 1.
        explained_effective: the same between its effective values; of these the line can be sure.
        decides: whether its sites are all that an answer is made from: then interchange follows whatever they hold.
    """

    variable: str
    site: str
    alone: Rate
    alike: Rate
    together: Rate
    values: int
    effective: int | None
    explained: float
    explained_effective: float
    decides: bool

    @property
    def at_its_place(self) -> Rate:
        """What speaks for the place that is named: the rate of all its sites; where these follow by themselves, that of
        the first component alone."""
        if not self.decides:
            return self.together
        first = max(self.alone, self.alike, key=lambda rate: rate.share)
        return min(first, self.together, key=lambda rate: rate.share)


def realised(
    network: Network,
    program: Program,
    gone: frozenset[Place],
    seed: int = 0,
    watch: Watch = silent,
    only: Collection[str] = (),
) -> tuple[LineScore, ...]:
    """Every variable's scores, or those of `only` these, on fresh pairs: seeded apart from those that sites were chosen
    on.

    Costs four forward rows per pair and variable, and one per input looked at.
    """
    drawn = Drawn.of(network, "pairs", seed, PAIRS) if network.subject.whole else Drawn.apart(network, PAIRS)
    scores = []
    asked = [variable for variable in program.variables if not only or variable.name in only]
    for number, variable in enumerate(asked):
        watch(Step(f"interchange: {variable.name}", number / len(asked), 0))
        narrowed, pairs = of_line(network, program, variable, drawn, seed)
        score = _scored(network, narrowed, variable, gone, pairs)
        if not network.subject.inputs.one_symbol_each and _unsure(score.together):
            narrowed, pairs = of_line(network, program, variable, drawn, seed, SURE)
            score = _scored(network, narrowed, variable, gone, pairs)
        scores.append(score)
    return tuple(scores)


def _unsure(rate: Rate) -> bool:
    """Whether some pairs are not followed and the rate may be the one that is asked all the same."""
    return rate.share < 1 and clopper_pearson(rate.followed, rate.pairs)[1] >= REALISED


def of_line(
    network: Network, program: Program, variable: Variable, drawn: Drawn, seed: int, fewest: int = FEWEST
) -> tuple[Program, Drawn]:
    """What one variable is scored on: of texts, where the same line stands at every position, a share of so many pairs
    that reach its own, with the program as far as it is asked there; else these pairs and the whole program."""
    if network.subject.inputs.one_symbol_each:
        return program, drawn
    each = max(fewest, len(drawn) // len(program.variables))
    there = Drawn.at(network, variable.sites, seed, each) or drawn.take(each)
    asked = np.flatnonzero(network.asked[there.bases].any(axis=0)).tolist()
    return program.narrowed(asked, variable.name), there


def _scored(network: Network, program: Program, variable: Variable, gone: frozenset[Place], drawn: Drawn) -> LineScore:
    first, besides = _first_component(variable), _besides(network, program, variable)
    sets = list(dict.fromkeys([variable.sites[:1], variable.sites, first]))
    found = dict(zip(sets, drawn.rates(network, program, variable, sets), strict=True))
    alone, together, alike = found[variable.sites[:1]], found[variable.sites], found[first]
    if besides:
        [alike] = drawn.agreeing(besides).rates(network, program, variable, [first])
    rows = np.unique(drawn.bases)[:PAIRS]
    columns = program.values_of(variable, network.tokens[rows])
    codes, values = compact(columns)
    merged = _effective(network, program, variable, drawn, columns, codes, values)
    held = network.held(rows, variable.sites)
    there = np.concatenate([held[site] for site in variable.sites], axis=1)
    shares = (explained_by(there, codes), explained_by(there, codes if merged is None else merged[codes]))
    decides = covers_answer(network, variable.sites, gone)
    planes = Planes.of(network, program, variable)
    if planes is not None:
        explained = planes.explained(variable.sites)
        shares = (explained, min(explained, shares[1]))
        decides = decides and planes.hold_most(variable.sites)
    effective = None if merged is None else int(merged.max()) + 1
    about = (variable.name, str(variable.sites[0]), alone, alike, together, values, effective)
    return LineScore(*about, *shares, decides)


def _first_component(variable: Variable) -> tuple[Place, ...]:
    """What writes it, without tokens and streams: an MLP, or the heads at its position among its places."""
    own = variable.sites[0]
    return tuple(
        site
        for site in variable.sites
        if site.position == own.position
        and not site.is_stream
        and (site.stage == own.stage or not (own.is_mlp or site.is_mlp or is_symbol(own) or is_symbol(site)))
    )


def _besides(network: Network, program: Program, variable: Variable) -> list[Ints]:
    """What its places bring along unread, `[input]` each."""
    values = program.values_of(variable, network.tokens)
    unread = unread_items(program, variable)
    read = [values[number] for number in range(len(values)) if number not in unread]
    besides = [values[number] for number in unread]
    # What joined streams and embeddings hold besides: their token, unless that says what the line itself does.
    for position in sorted({s.position for s in variable.sites if s.is_stream or is_symbol(s)}):
        token = network.token(position)
        if not any(same_classes(token, column) for column in read):
            besides.append(token)
    return besides


def _effective(
    network: Network,
    program: Program,
    variable: Variable,
    drawn: Drawn,
    columns: tuple[Ints, ...],
    codes: Ints,
    values: int,
) -> Ints | None:
    """`[value]`, a class for each value: one class where no context tells them apart."""
    if values > MOST_VALUES:
        return None
    _, first = np.unique(codes, return_index=True)
    program = program.narrowed(program.following(variable.name), variable.name)
    contexts = network.tokens[drawn.sources[:CONTEXTS]]
    answers = []
    for row in first:
        forced = {variable.name: tuple(np.full(len(contexts), column[row]) for column in columns)}
        answers.append(program.answers(contexts, forced).reshape(-1))
    return classes_of_rows(np.stack(answers))
