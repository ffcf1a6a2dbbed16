"""Texts: the program of a model that answers at the end of texts of several lengths, one line for all positions.

How the answers follow from the symbols so far is looked for over all texts at once. What does not stand in the last
symbol has to be brought to it by heads: so each such thing is a variable at every position, and where it stands is
chosen among the heads of each layer, those of all, and these with the MLPs that later heads read, by interchange.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openwork.analyses.component import part_components
from openwork.analyses.steps import Step, Watch
from openwork.data.interval import clopper_pearson
from openwork.programs.decompile.conditions import Followed, followed, followed_interchanged
from openwork.programs.decompile.interchanged import Interchanged
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn, Rate
from openwork.programs.decompile.templates import Moments, symbol, templates, text_to
from openwork.programs.language import READABLE, Chosen, Constant, Exceptions, Expression, Ints, Name, inlined
from openwork.programs.place import Place
from openwork.programs.program import Output, Program, Symbol, Variable
from openwork.programs.verdicts.realised import REALISED, SURE
from openwork.programs.verdicts.short import SHORT, short
from openwork.programs.verdicts.whole import UNEXPLAINED, lost_together

CHOSEN_ON = 128
"""pairs at each position looked at, when places are chosen"""
LOOKED_AT = 4
"""positions on which they are chosen, before all are looked at"""
RESAMPLED = 512
"""inputs on which it is seen what else they need"""
SEED = 1
"""apart from that of the verdicts"""
FITS = 0.998
"""from which on nothing else is tried"""
ALIKE = 0.05
"""by which a program has to fit better than a simpler one"""
MOST_EXCEPTIONS = 1000
"""answers that may be listed one by one"""


def text_program(network: Network, watch: Watch) -> Program | None:
    """The program of such a model; None where its answers follow from nothing that was tried.

    Costs, for each way in which answers follow and each set of heads, a few hundred forward rows, and a few thousand.
    """
    moments = Moments.of(network)
    watch(Step("what can be known of texts", 0.0, 0))
    best: Program | None = None
    reached: tuple[bool, bool, float] | None = None
    for program, long in _programs(moments, watch):
        # What nobody can read is a last resort, however well it fits.
        found = _tried(network, program)
        if long and found[2] < FITS:
            continue
        # Of two that fit about alike it is the first, which says less.
        if reached is None or found[:2] > reached[:2] or (found[:2] == reached[:2] and found[2] > reached[2] + ALIKE):
            best, reached = program, found
        if found[0] and found[2] >= FITS:
            break
    return best


def _programs(moments: Moments, watch: Watch) -> Iterator[tuple[Program, bool]]:
    """By each way in which the answers follow, at each set of places; then by those that say besides what is answered
    where these places bring another text's. And whether it is longer than the table of all answers for telling several
    kinds of positions apart, which says nothing unless it fits."""
    known = templates(moments)
    ways = followed(moments, known)
    for number, way in enumerate(ways):
        watch(Step("where it stands", number / len(ways), 0))
        yield from ((program, False) for program in _Written(moments, way).programs)
    if moments.network.dataset.sets:
        places = _sets_of_places(moments.network)
        for number, heads in enumerate(places):
            watch(Step("what another text's would say", number / len(places), 0))
            pairs = Interchanged.at(moments, heads, SEED)
            for way in followed_interchanged(moments, known, pairs) if pairs else ():
                kinds = any(template.fixed for template in way.known)
                for program in _Written(moments, way).at(heads):
                    yield program, kinds and short(moments.network, program).share >= 1


def _tried(network: Network, program: Program) -> tuple[bool, bool, float]:
    """Whether it can be read; whether it is short, nothing else is lost, and its lines are followed as often as they
    have to be; and how well its places are its places: the least of how often lines are followed where something should
    change, at a few positions and, where they are there, at all, and of the share of answers that stay with all else
    resampled."""
    lost = lost_together(network, program, SEED, RESAMPLED)
    readable = program.entries <= READABLE
    good = readable and lost <= UNEXPLAINED and short(network, program).share <= SHORT
    fits = 1 - lost
    variables = program.variables
    looked = np.unique(np.linspace(len(variables) // 4, len(variables) - 1, LOOKED_AT).round().astype(int))
    few = [variables[n] for n in looked if variables]
    for variable in (*few, *(other for other in variables if other not in few)):
        if fits < FITS and not good and variable not in few:
            break  # somewhere else it may be worse still
        rate = _followed(network, program, variable, CHOSEN_ON)
        if rate is not None:
            if variable in few or fits >= FITS:
                fits = min(fits, rate.share if rate.of_changing is None else rate.of_changing)
            if good and rate.share < 1 and clopper_pearson(rate.followed, rate.pairs)[1] >= REALISED:
                rate = _followed(network, program, variable, SURE) or rate
            good = good and rate.share >= REALISED
    return readable, good, fits


def _followed(network: Network, program: Program, variable: Variable, pairs: int) -> Rate | None:
    """How often a line is at its places; None where no text is asked there."""
    drawn = Drawn.at(network, variable.sites, SEED, pairs)
    if drawn is None:
        return None
    asked = np.flatnonzero(network.asked[drawn.bases].any(axis=0)).tolist()
    [rate] = drawn.rates(network, program.narrowed(asked, variable.name), variable, [variable.sites])
    return rate


class _Written:
    """A program in the making: the same lines at every position."""

    def __init__(self, moments: Moments, found: Followed) -> None:
        self.moments, self.found, self.network = moments, found, moments.network
        self.brought = [n for n, template in enumerate(found.known) if not template.local]
        self.usual = found.usual(moments)
        self.wrong = np.flatnonzero(self.usual != moments.answers)

    @property
    def programs(self) -> Iterator[Program]:
        """One for each set of heads; none where too much is an exception."""
        sets = _sets_of_places(self.network)
        for heads in sets if self.brought else sets[:1]:
            yield from self.at(heads)

    def at(self, heads: tuple[str, ...]) -> Iterator[Program]:
        """The one with what is brought at these; none where too much is an exception."""
        if len(self.wrong) <= MOST_EXCEPTIONS or not self.network.subject.whole:
            yield self._with(heads)

    def _with(self, heads: tuple[str, ...]) -> Program:
        network, task = self.network, self.network.subject.task
        symbols = tuple(Symbol(symbol(p).name, p, network.numbering(p)) for p in range(network.tokens.shape[1]))
        variables, outputs = [], []
        for output, position in zip(task.outputs, network.dataset.graded, strict=True):
            expression = self.found.at(position, self.moments)
            if expression is None:  # nothing is asked there
                outputs.append(Output(output, Constant(0), position))
                continue
            names = {f"known[{n}]": template.at(position) for n, template in enumerate(self.found.known)}
            read = set(expression.names())
            brought = [n for n in self.brought if f"known[{n}]" in read]
            if brought:
                stem = "layers" if any(part.endswith(".mlp") for part in heads) else "head"
                name = f"{stem}{'_'.join(sorted({part.split('.')[1] for part in heads}))}[{position}]"
                items = tuple(self.found.known[n].at(position) for n in brought)
                variable = Variable(name, items, tuple(Place(part, position) for part in heads))
                variables.append(variable)
                for n, column in zip(brought, variable.columns, strict=True):
                    names[f"known[{n}]"] = Name(column)
            said = inlined(expression, names)
            outputs.append(Output(output, self._with_exceptions(said, position), position))
        return Program(symbols, tuple(variables), tuple(outputs))

    def _with_exceptions(self, said: Expression, position: int) -> Expression:
        """Whatever is answered otherwise at this position, each text for itself."""
        moments = self.moments
        wrong = self.wrong[moments.positions[self.wrong] == position]
        # Of a sample none is listed: other texts have others.
        if not len(wrong) or not self.network.subject.whole:
            return said
        texts = np.unique(self.network.tokens[moments.rows[wrong]][:, 1 : position + 1], axis=0, return_index=True)
        read = text_to(position)[1:]
        here = moments.answers[wrong][texts[1]]

        def but(usual: Expression, values: Ints) -> Expression:
            rows = tuple((*map(int, text), int(value)) for text, value in zip(texts[0], values, strict=True))
            return Exceptions(read, rows, usual) if read else Constant(int(values[0]))

        if not isinstance(said, Chosen):
            return but(said, here)
        usual = self.usual[wrong][texts[1]]
        conditions = dict(zip(said.bits, said.of, strict=True))
        vocabulary = self.network.subject.task.answer_vocabulary.symbols
        for bit in range(len(vocabulary)):
            if ((usual ^ here) >> bit & 1).any():
                conditions[bit] = but(conditions.get(bit, Constant(0)), here >> bit & 1)
        bits = tuple(sorted(conditions))
        return Chosen(tuple(conditions[b] for b in bits), tuple(vocabulary[b] for b in bits), bits)


def _sets_of_places(network: Network) -> tuple[tuple[str, ...], ...]:
    """The heads of each layer, those of later ones and of all, and with these the MLPs that later heads read."""
    spec = network.subject.spec
    heads = [part.name for part in part_components(spec) if ".attn" in part.name]
    layers = [str(layer) for layer in range(spec.n_layers)]
    each = [tuple(name for name in heads if name.split(".")[1] == layer) for layer in layers]
    if len(layers) == 1:
        return tuple(each)
    later = [tuple(name for name in heads if int(name.split(".")[1]) >= first) for first in range(1, len(layers) - 1)]
    between = () if spec.attn_only else tuple(f"blocks.{layer}.mlp" for layer in layers[:-1])
    return (*each, *later, tuple(heads), *([(*heads, *between)] if between else []))
