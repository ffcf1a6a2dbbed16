"""The page's programs against Python's: random ones of every primitive, and one of a solved model on all its inputs."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from openwork.programs import Output, Place, Program, Symbol, Variable, program_as_json
from openwork.programs.language import (
    PRIMITIVES,
    Chosen,
    Compared,
    Compose,
    Constant,
    Count,
    CountBelow,
    CountOneOf,
    Distance,
    Distinct,
    Either,
    Exceptions,
    Expression,
    ItemAt,
    Largest,
    Match,
    Minus,
    Modulo,
    MostFrequent,
    Name,
    NextAbove,
    OneOf,
    PairCount,
    PlaceInOrder,
    Plus,
    Ranked,
    RunLength,
    Scan,
    SelectorWidth,
    Smallest,
    Sum,
    SumSigned,
    Table,
    Times,
)
from openwork.programs.language.comparison import HOLDS
from openwork.programs.language.waves import BestFit, Doubled, Product, Wave
from openwork.programs.numbering import Numbering

PROGRAMS, ROWS, LENGTH, SYMBOLS = 60, 40, 5, 4
PRIMES = (5, 7, 11)
RUN = """([plain, tokens]) => {
    const program = new live.Program(plain);
    return [Array.from(program.answers(live.tokensOf(tokens))), tokens.map((ids) => program.run(ids).values)];
}"""


def made(kind: type[Expression], known: list[str], random: Random, depth: int) -> Expression:
    """A random expression of a kind, over what is known."""

    def one() -> Expression:
        return made(random.choice(PRIMITIVES if depth > 0 else (Name, Constant)), known, random, depth - 1)

    def some() -> tuple[Expression, ...]:
        return tuple(one() for _ in range(random.randint(1, 4)))

    makers: dict[type[Expression], Any] = {
        Name: lambda: Name(random.choice(known)),
        Constant: lambda: Constant(random.randint(-3, 5)),
        Plus: lambda: Plus(one(), one()),
        Minus: lambda: Minus(one(), one()),
        Modulo: lambda: Modulo(one(), random.randint(1, 6)),
        Sum: lambda: Sum(some()),
        SumSigned: lambda: SumSigned(some(), random.randint(1, 6)),
        RunLength: lambda: RunLength(some()),
        Count: lambda: Count(some(), random.randrange(SYMBOLS)),
        CountBelow: lambda: CountBelow(some(), random.randrange(SYMBOLS)),
        CountOneOf: lambda: CountOneOf(some(), (0, random.randrange(1, SYMBOLS))),
        SelectorWidth: lambda: SelectorWidth(some(), random.choice(list(HOLDS)), one()),
        MostFrequent: lambda: MostFrequent(some(), random.randint(1, SYMBOLS)),
        NextAbove: lambda: NextAbove(one(), some(), random.randint(1, SYMBOLS), random.randint(-1, SYMBOLS)),
        PairCount: lambda: PairCount((one(), one()), random.choice(list(HOLDS)), (one(), one())),
        Largest: lambda: Largest(some()),
        Smallest: lambda: Smallest(some()),
        Ranked: lambda: _ranked(some(), random),
        ItemAt: lambda: ItemAt(one(), some()),
        Distinct: lambda: Distinct(some()),
        Distance: lambda: Distance(one(), one()),
        PlaceInOrder: lambda: _placed(some(), random),
        Compared: lambda: Compared(one(), random.choice(tuple(HOLDS)), one()),
        Match: lambda: Match(one(), (one(), one()), (one(), one()), -7, random.random() < 0.5),
        Compose: lambda: Compose(one(), one(), 3),
        Times: lambda: Times(one(), made(Constant, known, random, 0)),
        Either: lambda: Either(one(), one(), one()),
        Chosen: lambda: Chosen((one(), one()), ("a", "b"), (0, 2)),
        OneOf: lambda: OneOf(one(), (1, 3)),
        Scan: lambda: Scan(some(), tuple((s, v, (s + v) % 3) for s in range(3) for v in range(SYMBOLS))),
        Exceptions: lambda: Exceptions((one(), one()), ((0, 1, 9), (2, 2, -4)), one()),
        Wave: lambda: Wave(one(), random.randint(1, 4), random.choice(PRIMES)),
        Product: lambda: Product(one(), one(), random.choice(PRIMES)),
        Doubled: lambda: Doubled(one(), one(), random.choice(PRIMES)),
        BestFit: lambda: BestFit((one(), one()), (random.randint(1, 4), random.randint(1, 4)), (5, 3), 7),
        Table: lambda: Table((one(), one()), tuple((a, b, a - b) for a in range(3) for b in range(3))),
    }
    return makers[kind]()


def _ranked(several: tuple[Expression, ...], random: Random) -> Ranked:
    return Ranked(several, random.randrange(len(several)))


def _placed(several: tuple[Expression, ...], random: Random) -> PlaceInOrder:
    return PlaceInOrder(random.randrange(len(several)), several)


def random_program(seed: int) -> Program:
    """A single variable, a pair, and an answer of the kind whose turn it is."""
    random = Random(seed)
    known = [f"x[{at}]" for at in range(LENGTH)]
    moved = tuple((token, token + 2) for token in range(1, SYMBOLS))
    numberings = [Numbering(random.choice(((), (), moved))) for _ in range(LENGTH + 1)]
    symbols = tuple(Symbol(name, at, numberings[at]) for at, name in enumerate(known))
    kinds = [PRIMITIVES[(seed + turn) % len(PRIMITIVES)] for turn in range(4)]
    place = (Place("blocks.0.mlp", 0),)
    single = Variable("mlp0[0]", (made(kinds[0], known, random, 2),), place)
    pair = Variable("mlp0[1]", tuple(made(k, [*known, "mlp0[0]"], random, 1) for k in kinds[1:3]), place)
    last = made(kinds[3], [*known, "mlp0[0]", "mlp0[1][0]", "mlp0[1][1]"], random, 2)
    return Program(symbols, (single, pair), (Output("y", last, 0, (), numberings[-1]), Output("z", pair.items[0], 1)))


def test_random_programs_of_every_primitive_come_to_the_same(tab):
    tokens = np.random.default_rng(0).integers(0, SYMBOLS, (ROWS, LENGTH), dtype=np.int32)
    for seed in range(PROGRAMS):
        program = random_program(seed)
        answers, values = tab.evaluate(RUN, [program_as_json(program), tokens.tolist()])
        assert np.array_equal(np.reshape(answers, (ROWS, 2)), program.answers(tokens)), program
        known = program.columns(tokens)
        found = [[row["mlp0[0]"][0], *row["mlp0[1]"]] for row in values]
        assert np.array_equal(found, np.stack([known[name] for name in ("mlp0[0]", "mlp0[1][0]", "mlp0[1][1]")], 1))


def increments(by: int) -> Program:
    """What the solved model does, and what it does not."""
    symbols = tuple(Symbol(f"x[{at}]", at + 1) for at in range(8))
    outputs = tuple(Output(f"y[{i}]", Modulo(Plus(Name(f"x[{7 - i}]"), Constant(by)), 4), 8 + i) for i in range(8))
    return Program(symbols, (), outputs)


def test_program_and_model_part_where_python_says(tab, subject):
    said = subject.inputs.answers
    for by, expected in ((1, 0), (2, 65_536)):
        program = increments(by)
        assert int((program.answers(subject.inputs.tokens) != said).any(axis=1).sum()) == expected
        found = tab.evaluate("plain => page.worker.parting(plain)", program_as_json(program))
        assert (found["apart"], found["right"], found["inputs"]) == (expected, 65_536 - expected, 65_536)


def test_another_number_is_another_program_and_the_first_stays(tab):
    plain = program_as_json(increments(1))
    change = "([plain, changes]) => live.withNumbers(plain, [plain.outputs.map((_, i) => `answer[${i}]`)], changes)"
    names = [f["name"] for f in tab.evaluate("plain => live.numbersOf(plain, ['answer[3]'])", plain)]
    changed = tab.evaluate(change, [plain, [[0, names.index("the number"), 2]]])
    assert changed == program_as_json(increments(2))
    assert tab.evaluate(change, [plain, []]) == plain
