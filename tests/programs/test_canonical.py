"""Programs that say the same have one digest; those that don't have others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openwork.programs import Output, Place, Program, Symbol, Variable, canonical, compared
from openwork.programs.language import Compared, Constant, Minus, Name, Plus, Sum

X = tuple(Name(f"x[{i}]") for i in range(3))
SYMBOLS = tuple(Symbol(x.name, 1 + i) for i, x in enumerate(X))


def variable(name, *items, at, component="blocks.0.attn.head.0", further=()):
    return Variable(name, items, (Place(component, at), *further))


def program(*variables, answers):
    return Program(SYMBOLS, variables, tuple(Output(f"y[{n}]", e, 4 + n) for n, e in enumerate(answers)))


HEADS = (
    variable("head0_0[4]", X[0], at=4),
    variable("head0_1[5]", Plus(X[1], X[2]), at=5, component="blocks.0.attn.head.1"),
)
PLAIN = program(*HEADS, answers=(Name("head0_0[4]"), Compared(Name("head0_1[5]"), "==", X[0])))


def swapped_heads():
    one, other = HEADS
    moved = (replace(one, name="head0_1[4]", sites=(Place("blocks.0.attn.head.1", 4),)), replace(other, name="h"))
    return program(*moved, answers=(Name("head0_1[4]"), Compared(Name("h"), "==", X[0])))


def other_order():
    turned = replace(HEADS[1], items=(Sum((X[2], X[1])),))
    return program(turned, HEADS[0], answers=(Name("head0_0[4]"), Compared(X[0], "==", Name("head0_1[5]"))))


def unread_and_further_places():
    more = replace(HEADS[0], items=(X[0], X[2]), sites=(*HEADS[0].sites, Place("blocks.0.mlp", 4)))
    idle = variable("mlp0[5]", X[1], at=5, component="blocks.0.mlp")
    return program(more, HEADS[1], idle, answers=(Name("head0_0[4][0]"), Compared(Name("head0_1[5]"), "==", X[0])))


@pytest.mark.parametrize("same", [swapped_heads, other_order, unread_and_further_places])
def test_what_says_the_same_has_one_digest(same):
    assert canonical(same()).digest == canonical(PLAIN).digest
    assert compared(("a", "b"), (PLAIN, same())).same


@pytest.mark.parametrize(("item", "at"), [(X[1], 4), (X[0], 5), (Minus(X[0], X[1]), 4), (Plus(X[0], Constant(1)), 4)])
def test_another_content_or_place_is_another_program(item, at):
    other = replace(PLAIN, variables=(variable("head0_0[4]", item, at=at), HEADS[1]))
    found = compared(("a", "b"), (PLAIN, other))
    assert not found.same
    assert [len(lines) for lines in found.only] == [2, 2]  # the line, and the answer that reads it
    assert found.same_answers == (item == X[0])


def test_the_order_of_what_has_one_counts():
    one, other = (program(answers=(Minus(*pair),)) for pair in ((X[0], X[1]), (X[1], X[0])))
    assert canonical(one).digest != canonical(other).digest


def test_a_hop_is_a_line_and_no_redundant_route():
    hop = variable("head1[4]", Name("head0_0[4]"), at=4, component="blocks.1.attn")
    hopped = program(*HEADS, hop, answers=(Name("head1[4]"), Compared(Name("head0_1[5]"), "==", X[0])))
    found = compared(("a", "b"), (PLAIN, hopped))
    assert not found.same and found.same_answers and len(found.only[1]) == 2


def test_of_redundant_routes_the_first_counts():
    """Two heads of different layers hold the same beside each other; what reads them may read either."""
    second = variable("head1[4]", X[0], at=4, component="blocks.1.attn")
    both = (Name("head0_0[4]"), Name("head1[4]"))
    found = {canonical(program(HEADS[0], second, answers=(Minus(*pair),))).digest for pair in (both, both[::-1])}
    assert len(found) == 1
    assert found == {canonical(program(HEADS[0], answers=(Minus(both[0], both[0]),))).digest}


def test_the_digest_stays_what_it_is():
    assert canonical(PLAIN).digest == "f05cc35d87991538"
