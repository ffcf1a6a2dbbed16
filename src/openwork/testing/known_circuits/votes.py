"""A model that counts, and programs that come to the same answers in other ways."""

from __future__ import annotations

import numpy as np

from openwork.claims import Accuracy, Attends, GivenProgram, Implements
from openwork.models import initial_stack, spec_for
from openwork.tasks import task
from openwork.testing.known_circuits.about import implements, necessary, unnecessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

BITS = 5
LUCKY = 22
"""the seed of random weights that are right on 23 of 32 inputs"""
COUNTS, IDLE, AT = "blocks.0.attn.0", "blocks.0.attn.1", "predicts y"


@task(x=(2, BITS))
def more_ones(x: list[int]) -> int:
    """whether more than half of five bits are 1"""
    return int(sum(x) > BITS // 2)


def votes() -> KnownCircuit:
    """A head that counts beside one that is nothing."""
    bench = Bench(more_ones(), n_heads=2)
    # It looks evenly at the bits and the sign after them, so that this makes of the mean a count.
    bench.head(0, 0).writes(bench.rows("answer", np.array([[0, 0], [0, BITS + 1]])))
    bench.weights["unembed.b_U"][0] = BITS / 2
    return KnownCircuit(
        name="votes",
        says="one of two heads looks evenly at everything and so writes how many bits are 1 to the answer 1; the "
        "unembedding's bias gives the answer 0 half of all; the other head writes nothing",
        trap="the head's write decides the answer, so whatever decides the answer seems to be there",
        task=bench.task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            necessary(COUNTS, by=("zero", "mean"), at_most=0.75),
            unnecessary(IDLE),
            _at_head(counting(), "total"),
            _at_head(counting(), "total", represents=0.99),
            # What interchange cannot tell from the count, it says to be told as far as the answer only.
            _at_head(boyer_moore(), "state"),
            _at_head(scrambling(), "code"),
            _at_head(knowing_the_first(), "known"),
        ),
        refuted=(
            implements(counting(), {"total": f"{IDLE} @ {AT}"}, each=()),
            _at_head(counting_most(), "total"),
        ),
        mixed=(_at_head(knowing_the_first(), "known", represents=0.99),),
        vacuous=(
            implements(counting(), {"total": f"blocks.0.attn @ {AT}"}, each=()),
            implements(scrambling(), {"code": f"blocks.0.attn @ {AT}"}, each=()),
            implements(boyer_moore(), {"state": f"blocks.0.attn @ {AT}"}, each=()),
        ),
    )


def one_vote_lost() -> KnownCircuit:
    """The same, but the head that was nothing takes the first bit's vote away."""
    bench = Bench(more_ones(), n_heads=2)
    bench.head(0, 0).writes(bench.rows("answer", np.array([[0, 0], [0, BITS + 1]])))
    bench.head(0, 1).looks({AT: "x[0]"}).writes(bench.rows("answer", np.array([[0, 0], [0, -1.1]])))
    bench.weights["unembed.b_U"][0] = BITS / 2
    return KnownCircuit(
        name="one-vote-lost",
        says="one head counts the bits that are 1, the other takes the first of them away again, so that three ones of "
        "which that is one are answered wrong",
        trap="a head looks evenly at everything, and so does one of any model that was never trained, which loses the "
        "answers that it happens to have right as well",
        task=bench.task,
        stack=bench.stack(),
        only_right=True,
        confirmed=(
            Accuracy(at_least=0.8),
            Attends(head=IDLE, query=AT, key="x[0]", at_least=0.9),
            necessary(COUNTS, by=("zero", "mean"), at_most=0.65),
        ),
        refuted=(Accuracy(), _at_head(counting(), "total")),
        undecided=(
            Attends(head=IDLE, query=AT, key="x[0]", at_least=0.17),
            necessary(COUNTS, by=("zero", "mean"), at_most=0.75),
        ),
        vacuous=(Accuracy(at_least=0.5), Attends(head=COUNTS, query=AT, key="x[1]", at_least=0.05)),
    )


def untrained() -> KnownCircuit:
    """Random weights, found among many: right on 23 of 32 inputs."""
    task = more_ones()
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=2, d_head=4, d_mlp=16)
    return KnownCircuit(
        name="untrained",
        says="its weights are random, and of sixty such it is the one that is right most often",
        trap="where it is right, a head does to it what the number of ones does to the answer",
        task=task,
        stack=initial_stack(spec, [LUCKY]),
        only_right=True,
        refuted=(Accuracy(),),
        undecided=(
            implements(counting(), {"total": f"{IDLE} @ {AT}"}, each=(), at_least=0.9),
            necessary("blocks.0.attn"),
        ),
    )


def _at_head(program: GivenProgram, variable: str, **more: float) -> Implements:
    return implements(program, {variable: f"{COUNTS} @ {AT}"}, each=(), **more)


def counting() -> GivenProgram:
    """How many bits are 1, and whether that is more than half."""

    def total(x: list[int]) -> int:
        return sum(x)

    def y(total: int) -> int:
        return int(total > 2)

    return GivenProgram.of(total, y, name="count")


def counting_most() -> GivenProgram:
    """The same of all bits but the last. Its answers are wrong."""

    def total(x: list[int]) -> int:
        return sum(x[:4])

    def y(total: int) -> int:
        return int(total > 2)

    return GivenProgram.of(total, y, name="count-most")


def boyer_moore() -> GivenProgram:
    """The vote of Boyer and Moore: a candidate, and by how much it leads."""

    def state(x: list[int]) -> tuple[int, int]:
        candidate, lead = 0, 0
        for bit in x:
            candidate = bit if lead == 0 else candidate
            lead += 1 if bit == candidate else -1
        return candidate, lead

    def y(state: tuple[int, int]) -> int:
        return state[0]

    return GivenProgram.of(state, y, name="boyer-moore")


def scrambling() -> GivenProgram:
    """The whole question as one number, in an order of its own."""

    def code(x: list[int]) -> int:
        return 7 * sum(bit << place for place, bit in enumerate(x)) % 32

    def y(code: int) -> int:
        return int((23 * code % 32).bit_count() > 2)

    return GivenProgram.of(code, y, name="scramble")


def knowing_the_first() -> GivenProgram:
    """The answer, and beside it the first bit, which nothing needs any more."""

    def known(x: list[int]) -> tuple[int, int]:
        return int(sum(x) > 2), x[0]

    def y(known: tuple[int, int]) -> int:
        return known[0]

    return GivenProgram.of(known, y, name="first-known")
