"""Waves: where a model adds two numbers modulo p, the few frequencies that it does it with.

The logits say how long the wave of each frequency is; the longest are taken, one after the other, until their planes in
the last stream are enough: with all else there resampled, nearly every answer stays. A model that knows its answers in
another way needs most of the frequencies there are, and has no such program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from openwork.analyses.component import part_components
from openwork.analyses.steps import Step, Watch
from openwork.analyses.waves import modulus_of
from openwork.data.randomness import bits, permutation
from openwork.errors import PlanError
from openwork.programs.decompile.features import symbols_of
from openwork.programs.decompile.network import Floats, Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.planes import Planes
from openwork.programs.language import BestFit, Doubled, Expression, Ints, Name, Product, Wave
from openwork.programs.place import Place
from openwork.programs.program import Output, Program, Symbol, Variable

FEW = 4
"""of p numbers at most a p-th of so many frequencies are taken: half of those there are"""
ENOUGH = 0.005
"""share of answers that may change with all but the waves resampled; no more frequencies are taken then"""
MOST_LOST = 0.1
"""the same from which on there are no waves to speak of"""
AGREE = 0.9
"""share of inputs that must be answered with the sum"""
CHOSEN_ON = 1024
"""pairs, and inputs"""
FOLLOWS = 0.99
"""interchange from which on a line says that attention brings waves"""
LONG = 9
"""the weight of the longest wave"""
FLAT = 0.5
"""length of a wave where the pizza's would be nothing, as a share of its largest, from which on it is a clock's"""
Form = Literal["clock", "pizza"]


def with_waves(network: Network, watch: Watch) -> Program | None:
    """The program by waves of a model that adds modulo p; None of any other.

    Costs some forward rows per input and frequency tried.
    """
    adding = Adding.of(network)
    if adding is None:
        return None
    lengths = adding.lengths()
    frequencies = _frequencies(adding, lengths, watch)
    if not frequencies:
        return None
    form: Form = "clock" if adding.left(lengths, frequencies) >= FLAT else "pizza"
    return _placed(adding, lengths, frequencies, form)


def _frequencies(adding: Adding, lengths: Floats, watch: Watch) -> tuple[int, ...]:
    """The longest, as few as are enough; none where the most that may be taken lose too much."""
    order = [int(n) + 1 for n in np.argsort(-lengths.mean(axis=0), kind="stable") if lengths[:, n].mean() > 0]
    most = adding.modulus // FEW
    found, least = tuple[int, ...](), MOST_LOST
    for count in range(1, min(most, len(order)) + 1):
        watch(Step(f"waves of {count} frequencies", count / most, 0))
        some = tuple(sorted(order[:count]))
        lost = adding.lost_beside(adding.program(some, lengths, "clock"))
        if lost < least:
            found, least = some, lost
        if lost <= ENOUGH:
            break
    return found


def _placed(adding: Adding, lengths: Floats, frequencies: tuple[int, ...], form: Form) -> Program:
    """With a line for attention where it has one, and each line where it follows best."""
    network = adding.network
    drawn = Drawn.of(network, "sites", 0, CHOSEN_ON).take(CHOSEN_ON)
    spec = network.subject.spec
    program = adding.program(frequencies, lengths, form)
    if spec.n_layers == 1 and spec.d_mlp:
        program = adding.program(frequencies, lengths, form, "waves")
        first = program.variables[0]
        [rate] = drawn.rates(network, program, first, [first.sites])
        if rate.share < FOLLOWS:
            program = adding.program(frequencies, lengths, form, "numbers")
    *before, last = program.variables
    alone, both = drawn.rates(network, program, last, [last.sites[:1], last.sites])
    sites = last.sites[:1] if alone.share >= both.share else last.sites
    return replace(program, variables=(*before, replace(last, sites=sites)))


@dataclass(frozen=True, eq=False)
class Adding:
    """A model that answers with a sum of two numbers modulo p.

    Attributes:
        network: the model.
        modulus: p.
        symbols: the two numbers.
        signs: of each in the sum, 1 or -1.
        total: `[input]`, the sum.
    """

    network: Network
    modulus: int
    symbols: tuple[Symbol, Symbol]
    signs: tuple[int, int]
    total: Ints

    @classmethod
    def of(cls, network: Network) -> Adding | None:
        """None of a model that does something else, or where not every pair of numbers was measured."""
        try:
            p = modulus_of(network.subject)
        except PlanError:
            return None
        positions = [variable.position for variable in network.subject.task.variables]
        a, b = (next(s for s in symbols_of(network) if s.position == position) for position in positions)
        if network.subject.spec.d_vocab_out != p or not network.subject.spec.n_layers:
            return None
        for signs in ((1, 1), (1, -1), (-1, 1)):
            total = (signs[0] * a.read(network.tokens) + signs[1] * b.read(network.tokens)) % p
            if (total == network.answers[:, 0]).mean() >= AGREE:
                return cls(network, p, (a, b), signs, total)
        return None

    @property
    def position(self) -> int:
        """Where the answer is predicted."""
        return self.network.dataset.graded[0]

    @property
    def writer(self) -> Place:
        """What writes last there."""
        spec = self.network.subject.spec
        return Place(f"blocks.{spec.n_layers - 1}.{'mlp' if spec.d_mlp else 'attn'}", self.position)

    def lengths(self) -> Floats:
        """`[input, frequency]`, how long the wave of the sum is in the logits, frequencies from 1."""
        p = self.modulus
        ks = np.arange(1, p // 2 + 1)
        turned = np.exp(2j * np.pi * self.total[:, None] * ks / p)
        found: Floats = (np.fft.fft(self.logits, axis=1)[:, ks] * turned).real * 2 / p
        return found

    @cached_property
    def logits(self) -> Floats:
        """`[input, symbol]`; costs one forward row per input."""
        network = self.network
        passes = network.subject.engine.run(network.subject.stack, network.tokens, graded=network.dataset.graded)
        found: Floats = np.concatenate([trace.logits[0][:, 0] for trace in passes]).astype(np.float64)
        return found

    def apart(self, frequency: int) -> Floats:
        """`[input]`, |cos| of half the angle between the two waves: as long as a pizza's would be."""
        one, other = (s * n.read(self.network.tokens) for s, n in zip(self.signs, self.symbols, strict=True))
        found: Floats = np.abs(np.cos(np.pi * frequency * (one - other) / self.modulus))
        return found

    def left(self, lengths: Floats, frequencies: tuple[int, ...]) -> float:
        """How long the waves are where a pizza's would be nothing, as a share of their largest: 1 for a clock, 0 for a
        pizza; by least squares, over frequencies by their length."""
        total, weights = 0.0, 0.0
        for k in frequencies:
            own, apart = lengths[:, k - 1], self.apart(k)
            slope = float(np.cov(own, apart)[0, 1] / apart.var(ddof=1)) if apart.var() > 0 else 0.0
            nothing = float(own.mean() - slope * apart.mean())
            total += float(own.mean()) * min(1.0, max(0.0, nothing / (nothing + slope) if nothing + slope > 0 else 0.0))
            weights += float(own.mean())
        return total / weights

    def lost_beside(self, program: Program) -> float:
        """The share of answers that change with all but the last variable's planes resampled in the last stream."""
        network, last = self.network, program.variables[-1]
        planes = Planes(network, program.values_of(last, network.tokens), self.modulus)
        mixed = permutation(bits("decompile waves"), len(network.tokens))
        rows, others = mixed[:CHOSEN_ON], np.roll(mixed, 1)[:CHOSEN_ON]
        edit = planes.rest_resampled(rows, others, last.sites[-1], (), {})
        found = network.predicted(rows, [edit])
        return float((found != network.answers[rows]).any(axis=1).mean())

    def program(self, frequencies: tuple[int, ...], lengths: Floats, form: Form, brought: str = "") -> Program:
        """By these frequencies.

        Args:
            frequencies: ascending.
            lengths: see `lengths`.
            form: `clock` or `pizza`.
            brought: what attention's line says: `waves`, `numbers`, or nothing where it has none.
        """
        p, spec = self.modulus, self.network.subject.spec
        names: list[Expression] = [Name(symbol.name) for symbol in self.symbols]
        waves = [[Wave(name, s * k % p, p) for k in frequencies] for s, name in zip(self.signs, names, strict=True)]
        variables = []
        if brought:
            name = f"head{spec.n_layers - 1}[{self.position}]"
            items = tuple(names) if brought == "numbers" else tuple(w for own in waves for w in own)
            heads = [part.name for part in part_components(spec) if ".attn" in part.name]
            sites = heads if brought == "numbers" else ["blocks.0.attn"]
            variables.append(Variable(name, items, tuple(Place(site, self.position) for site in sites)))
            columns = [Name(column) for column in variables[0].columns]
            if brought == "numbers":
                pairs = zip(self.signs, columns, strict=True)
                waves = [[Wave(column, s * k % p, p) for k in frequencies] for s, column in pairs]
        left, right = waves if brought != "waves" else (columns[: len(frequencies)], columns[len(frequencies) :])
        kind = Product if form == "clock" else Doubled
        items = tuple(kind(u, v, p) for u, v in zip(left, right, strict=True))
        writer = self.writer
        name = f"{'mlp' if writer.is_mlp else 'head'}{writer.layer}[{self.position}]"
        both = Variable(name, items, (writer, writer.stream(spec)))
        means = [float(lengths[:, k - 1].mean()) for k in frequencies]
        weights = tuple(max(1, round(LONG * mean / max(means))) for mean in means)
        answer = BestFit(tuple(Name(column) for column in both.columns), frequencies, weights, p)
        output = Output(self.network.subject.task.outputs[0], answer, self.position)
        return Program(symbols_of(self.network), (*variables, both), (output,))
