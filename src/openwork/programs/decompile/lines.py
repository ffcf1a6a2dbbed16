"""Lines: how each label follows from what its place reads, and which places only hand on what is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openwork.analyses.component import component_named
from openwork.analyses.steps import Step, Watch
from openwork.models import ModelSpec
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.features import symbols_of
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.localising import localised
from openwork.programs.decompile.matches import by_key
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.parents import NOTICED, Direct, is_symbol
from openwork.programs.decompile.quantise import Quantised
from openwork.programs.language import READABLE, Expression, Ints, Match, Name
from openwork.programs.place import Place
from openwork.programs.program import Output, Program, Variable

CLEAR = 0.1
"""share of a place's variance that a sender must move to be read without reluctance"""
RELUCTANCE = 0.5
"""what reading a sender that moves nothing costs, in steps of an expression"""


@dataclass
class _Line:
    """A variable in the making."""

    name: str
    items: tuple[Expression, ...]
    columns: tuple[Ints, ...]
    sites: list[Place]


@dataclass
class Lines:
    """Goes through the places in the order of the forward pass and writes a line for each that works something out.

    A place that only hands on what already stands at its position has no line: what reads it is taken to read what it
    read. The same goes for places without a label.
    """

    network: Network
    quantised: Quantised
    watch: Watch
    made: list[_Line] = field(default_factory=list)
    gives: dict[Place, tuple[Operand, ...]] = field(default_factory=dict)
    """what can be read of a place"""
    further: dict[Place, tuple[Operand, ...]] = field(default_factory=dict)
    """what a place may hand on besides, whose label does not say all that it holds: read where nothing else will do"""
    silent: list[Place] = field(default_factory=list)
    """places without a line"""
    from_symbols: dict[str, Expression] = field(default_factory=dict)
    """by column: how items follow from the question alone"""
    answered: dict[str, int] = field(default_factory=dict)
    """by column: which of the model's answers an item is"""
    unsaid: list[Place] = field(default_factory=list)
    """of these, those that hold something that does not follow from what they read"""

    def program(self) -> Program | None:
        """All that places hold, read or not; None where some answer follows from nothing that was found."""
        network, rows = self.network, self.quantised.rows
        direct = Direct(network, rows, self.quantised.gone)
        tokens = network.tokens[rows]
        for symbol in symbols_of(network):
            column = symbol.read(tokens)
            place = next(p for p in direct.senders if is_symbol(p) and p.position == symbol.position)
            named = self.network.names_in(symbol.numbering)
            self.gives[place] = (Operand(Name(symbol.name), column, 0.0, symbol.position, True, named),)
        live = [place for place in direct.senders if not is_symbol(place)]
        for number, place in enumerate(live):
            self.watch(Step(f"what {place} reads", number / len(live), 0))
            self._place(place, direct.onto(place))
        outputs = []
        for g, position in enumerate(network.dataset.graded):
            output = self._output(g, position, direct.onto_answer(position))
            if output is None:
                return None
            outputs.append(output)
        variables = tuple(Variable(line.name, line.items, tuple(line.sites)) for line in self.made)
        return Program(symbols_of(network), variables, tuple(outputs))

    def _place(self, place: Place, effects: Mapping[Place, float]) -> None:
        label = self.quantised.labels.get(place)
        if label is None or not label.features:
            noticed = {sender: share for sender, share in effects.items() if share >= NOTICED}
            self.gives[place] = () if label is not None else tuple(self._operands(noticed))
            self.silent.append(place)
            return
        columns = tuple(self._as_read(feature.column, effects) for feature in label.features)
        found = [self._expression(column, effects) for column in columns]
        asked = [
            self._from_question(column, place.position) if f.expression is None and _tabled(e) else f.expression
            for e, f, column in zip(found, label.features, columns, strict=True)
        ]
        items = tuple(self._item(e, q, effects, place.position) for e, q in zip(found, asked, strict=True))
        if any(item is None for item in items):
            self.gives[place] = tuple(self._operands(effects))
            self.silent.append(place)
            self.unsaid.append(place)
            return
        self._write(place, tuple(item for item in items if item is not None), columns)
        if place in self.quantised.loose:
            self.further[place] = tuple(self._operands(effects))
        if self.made and self.made[-1].sites == [place]:
            names = Variable(self.made[-1].name, self.made[-1].items, (place,)).columns
            plain = zip(names, asked, strict=True)
            self.from_symbols |= {name: expression for name, expression in plain if expression is not None}
            said = {f"answer {output}": g for g, output in enumerate(self.network.subject.task.outputs)}
            self.answered |= {
                name: said[feature.text]
                for name, feature, column in zip(names, label.features, columns, strict=True)
                if feature.text in said and column is feature.column
            }

    def _item(
        self, found: Expression | None, asked: Expression | None, effects: Mapping[Place, float], position: int
    ) -> Expression | None:
        """How an item follows: what is read, unless in a large table; else as it follows from the question."""
        if isinstance(asked, Match) and _tabled(found):
            symbols = {o.name.name: o for held in self.gives.values() for o in held if o.symbol}
            local = localised(asked, symbols, list(self._operands(effects)), position)
            if local is not None:
                return local
        if asked is not None and found is not None and asked.cost < found.cost and not _made_of_lines(found, self.made):
            return asked
        # A large table says less than how the item follows from the question.
        return found if found is not None and found.entries <= READABLE else _fewer_entries(found, asked)

    def _as_read(self, column: Ints, effects: Mapping[Place, float]) -> Ints:
        """The column, or that of a parent which parts the inputs in the same way: a label is a partition, and the
        values of what is read are the ones to name it by."""
        noticed = {sender: share for sender, share in effects.items() if share >= NOTICED}
        classes = compact([column])[1]
        for operand in self._operands(noticed):
            if compact([operand.column])[1] == classes == compact([operand.column, column])[1]:
                return operand.column
        return column

    def _write(self, place: Place, items: tuple[Expression, ...], columns: tuple[Ints, ...]) -> None:
        operands = {o.name: o for held in self.gives.values() for o in held}
        read = [operands.get(item) for item in items if isinstance(item, Name)]
        if len(read) == len(items) and all(o is not None and o.position == place.position for o in read):
            self.gives[place] = tuple(o for o in read if o is not None)
            self.silent.append(place)
            return
        for line in self.made:
            same = (line.sites[0].stage, line.sites[0].position) == (place.stage, place.position)
            if same and set(line.items) == set(items):
                line.sites.append(place)
                self.gives[place] = self.gives[line.sites[0]]
                return
        name = name_of(self.network.subject.spec, place)
        variable = Variable(name, items, (place,))
        self.made.append(_Line(name, items, columns, [place]))
        told = [isinstance(item, Name) and item in operands and operands[item].named for item in items]
        self.gives[place] = tuple(
            Operand(Name(text), column, 0.0, place.position, named=named)
            for text, column, named in zip(variable.columns, columns, told, strict=True)
        )

    def _output(self, g: int, position: int, effects: Mapping[Place, float]) -> Output | None:
        numbering = self.network.answer_numbering
        answers = numbering.read(self.network.answers[self.quantised.rows, g])
        found = self._expression(answers, effects)
        if _tabled(found):
            found = self._item(found, self._from_question(answers, position), effects, position)
        if found is None:
            return None
        through = tuple(p for p in effects if p in self.silent and effects[p] >= NOTICED)
        return Output(self.network.subject.task.outputs[g], found, position, through, numbering)

    def _expression(self, target: Ints, effects: Mapping[Place, float]) -> Expression | None:
        """From parents alone where they decide it, else from everything that can be read."""
        noticed = {sender: share for sender, share in effects.items() if share >= NOTICED}
        for senders, given in ((noticed, self.gives), (effects, self.gives), (effects, self._all_given)):
            found = simplest(target, list(self._operands(senders, given)), *self.network.numbers)
            if found is not None:
                return self._by_unread_keys(target, noticed, found) or found
        return None

    def _by_unread_keys(self, target: Ints, noticed: Mapping[Place, float], found: Expression) -> Expression | None:
        """Of two ways to the same numbers the one that reads what moves the place: it may look up where a key stands
        what could be said of the symbols alone."""
        read = set(found.names())
        clear = {sender: share for sender, share in noticed.items() if share >= CLEAR}
        operands = [o for o in self._operands(clear) if o.symbol or o.name.name not in read]
        if sum(not o.symbol for o in operands) < 2:
            return None
        return by_key([(o.name, o.column, o.position, o.symbol) for o in operands], target)

    @property
    def _all_given(self) -> Mapping[Place, tuple[Operand, ...]]:
        return self.gives | {place: (*self.gives[place], *more) for place, more in self.further.items()}

    def _from_question(self, target: Ints, position: int) -> Expression | None:
        """From the symbols seen there: what lies between is then counted among what no line explains."""
        causal = self.network.subject.spec.attention_dir == "causal"
        seen = {p: 0.0 for p in self.gives if is_symbol(p) and (p.position <= position or not causal)}
        return simplest(target, list(self._operands(seen)), *self.network.numbers)

    def _operands(
        self, effects: Mapping[Place, float], given: Mapping[Place, tuple[Operand, ...]] | None = None
    ) -> Iterator[Operand]:
        """What these senders give, each name once, what moves most first."""
        given = self.gives if given is None else given
        seen: set[str] = set()
        for sender, share in effects.items():
            reluctance = RELUCTANCE * (1 - min(1.0, share / CLEAR))
            for operand in given.get(sender, ()):
                if operand.name.name not in seen:
                    seen.add(operand.name.name)
                    yield replace(operand, reluctance=reluctance)


def name_of(spec: ModelSpec, place: Place) -> str:
    """What a line that stands there first is called: `head0[5]`, `head0_1[5]` where there are several, `mlp0[5]`."""
    if place.is_mlp:
        return f"mlp{place.layer}[{place.position}]"
    head = component_named(spec, place.component).head
    which = "" if head is None else f"_{head}"
    return f"head{place.layer}{which}[{place.position}]"


def _made_of_lines(expression: Expression, made: Sequence[_Line]) -> bool:
    """Whether it reads anything but symbols."""
    held = {column for line in made for column in Variable(line.name, line.items, ()).columns}
    return not held.isdisjoint(expression.names())


def _tabled(expression: Expression | None) -> bool:
    return expression is None or expression.entries > 0


def _fewer_entries(one: Expression | None, other: Expression | None) -> Expression | None:
    """The one with fewer table entries, the first where both have as many."""
    if one is None or other is None:
        return one or other
    return one if one.entries <= other.entries else other
