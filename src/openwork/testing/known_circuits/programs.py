"""Programs that known circuits work like, and programs that they only seem to work like."""

from __future__ import annotations

from openwork.claims import GivenProgram
from openwork.programs import Output, Place, Program, Symbol, Variable
from openwork.programs.language import Constant, Modulo, Name, Plus


def fetching() -> GivenProgram:
    """Fetch the mirrored digit, then add one. True of every circuit that fetches."""

    def digit(x: list[int]) -> list[int]:
        return x[::-1]

    def y(digit: list[int]) -> list[int]:
        return [(d + 1) % 4 for d in digit]

    return GivenProgram.of(digit, y, name="fetch")


def adding_first() -> GivenProgram:
    """Add one to every digit where it stands, then fetch. Its answers are the same."""

    def sums(x: list[int]) -> list[int]:
        return [(d + 1) % 4 for d in x]

    def y(sums: list[int]) -> list[int]:
        return sums[::-1]

    return GivenProgram.of(sums, y, name="add-first")


def adding_then_fetching() -> GivenProgram:
    """Add one to every digit where it stands, then fetch it. Where it is fetched, nothing tells it from that above."""

    def sums(x: list[int]) -> list[int]:
        return [(d + 1) % 4 for d in x]

    def fetched(sums: list[int]) -> list[int]:
        return sums[::-1]

    def y(fetched: list[int]) -> list[int]:
        return fetched

    return GivenProgram.of(sums, fetched, y, name="add-then-fetch")


def adding_two() -> GivenProgram:
    """Fetch the mirrored digit, then add two. Its answers are wrong."""

    def digit(x: list[int]) -> list[int]:
        return x[::-1]

    def y(digit: list[int]) -> list[int]:
        return [(d + 2) % 4 for d in digit]

    return GivenProgram.of(digit, y, name="add-two")


def halving() -> GivenProgram:
    """Fetch the two bits of the mirrored digit one by one."""

    def high(x: list[int]) -> list[int]:
        return [d // 2 for d in x[::-1]]

    def low(x: list[int]) -> list[int]:
        return [d % 2 for d in x[::-1]]

    def y(high: list[int], low: list[int]) -> list[int]:
        return [(2 * h + b + 1) % 4 for h, b in zip(high, low, strict=True)]

    return GivenProgram.of(high, low, y, name="halves")


def counting() -> GivenProgram:
    """Every answer from the question, for the task that counts on."""

    def shown(x: int) -> list[int]:
        return [x, (x + 1) % 10, (x + 2) % 10]

    def y(shown: list[int]) -> list[int]:
        return [(s + 1) % 10 for s in shown]

    return GivenProgram.of(shown, y, name="count")


def chaining() -> GivenProgram:
    """Every answer from the one before, so that a change of the first changes all."""

    def first(x: int) -> int:
        return (x + 1) % 10

    def second(first: int) -> int:
        return (first + 1) % 10

    def third(second: int) -> int:
        return (second + 1) % 10

    def y(first: int, second: int, third: int) -> list[int]:
        return [first, second, third]

    return GivenProgram.of(first, second, third, y, name="chain")


def larger() -> GivenProgram:
    """The larger of two digits."""

    def most(x: list[int]) -> int:
        return max(x)

    def y(most: int) -> int:
        return most

    return GivenProgram.of(most, y, name="larger")


def comparing() -> GivenProgram:
    """Fetch the first digit, then compare it with the second. Its answers are the same."""

    def first(x: list[int]) -> int:
        return x[0]

    def y(first: int, x: list[int]) -> int:
        return max(first, x[1])

    return GivenProgram.of(first, y, name="compare")


def inside_two_hops(first: int = 2, second: int = 3) -> Program:
    """What is inside the circuit of that name: two digits, each in two hops; or the same said of other positions."""
    x, fetched = [Name(f"x[{i}]") for i in range(3)], [Name("head1[4]"), Name("head1[5]")]
    held = [(f"head0[{first}]", x[0], "blocks.0.attn", first), (f"head0[{second}]", x[1], "blocks.0.attn", second)]
    held += [("head1[4]", Name(f"head0[{second}]"), "blocks.1.attn", 4)]
    held += [("head1[5]", Name(f"head0[{first}]"), "blocks.1.attn", 5)]
    read = [x[2], *fetched]
    return Program(
        tuple(Symbol(f"x[{i}]", i + 1) for i in range(3)),
        tuple(Variable(name, (item,), (Place(component, position),)) for name, item, component, position in held),
        tuple(Output(f"y[{i}]", Modulo(Plus(read[i], Constant(1)), 4), 3 + i) for i in range(3)),
    )
