"""What is made of two symbols and is no sum: permutations composed, polynomials, and places that hold all of both."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Output, Program, decompile
from openwork.programs.decompile.bottleneck import with_bottleneck
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.features import symbols_of
from openwork.programs.decompile.network import Network
from openwork.programs.language import Compose, Modulo, Name, Plus
from openwork.programs.verdicts.realised import realised
from openwork.tasks import ModularPolynomial, PermutationComposition
from openwork.testing.known_circuits import known_circuits
from openwork.testing.known_circuits.waves import knowing_by_heart

A, B = Name("a"), Name("b")


def of_all_pairs(task) -> str:
    """The expression for a task of two symbols."""
    n = len(task.symbols)
    pairs = np.indices((n, n), np.int32).reshape(2, -1).T
    operands = [Operand(name, pairs[:, k].astype(np.int64), position=k, symbol=True) for k, name in enumerate((A, B))]
    return str(simplest(task.answers(pairs)[:, 0].astype(np.int64), operands, n))


@pytest.mark.parametrize("things", [3, 4])
def test_a_composition_is_found(things):
    assert of_all_pairs(PermutationComposition(things)) == f"compose(a, b, {things})"


def test_permutations_compose_as_the_task_does():
    task = PermutationComposition(4)
    pairs = np.indices((24, 24), np.int32).reshape(2, -1).T
    known = {"a": pairs[:, 0].astype(np.int64), "b": pairs[:, 1].astype(np.int64)}
    assert (Compose(A, B, 4).values(known) == task.answers(pairs)[:, 0]).all()


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (ModularPolynomial(23), "(a * a + a * b + b * b) % 23"),
        (ModularPolynomial(11, aa=0, ab=3, bb=0, la=2, lb=0, one=5), "(3 * (a * b) + 2 * a + 5) % 11"),
        (ModularPolynomial(7, aa=2, ab=0, bb=0, la=0, lb=3, one=0), "(2 * (a * a) + 3 * b) % 7"),
    ],
    ids=str,
)
def test_a_polynomial_is_found(task, text):
    assert of_all_pairs(task) == text


def test_what_is_no_polynomial_is_a_table():
    drawn = np.random.default_rng(0).integers(0, 5, 25)
    operands = [Operand(name, np.indices((5, 5))[k].reshape(-1)) for k, name in enumerate((A, B))]
    assert simplest(drawn, operands, 5).entries == 25


@cache
def composing() -> Subject:
    task = PermutationComposition(3)
    stack = knowing_by_heart(task)
    return Subject.of(choose_engine(stack.spec, None, 1).engine, stack, task)


def test_two_permutations_are_fetched_and_composed_each_where_it_is():
    found = decompile(composing(), seconds=600)
    lines = [(v.name, str(v.items[0]), str(v.sites[0])) for v in found.program.variables]
    assert lines == [
        ("head0_0[2]", "a", "blocks.0.attn.head.0 @ 2"),
        ("head0_1[2]", "b", "blocks.0.attn.head.1 @ 2"),
        ("mlp0[2]", "compose(head0_0[2], head0_1[2], 3)", "blocks.0.mlp @ 2"),
    ]
    assert found.equal.share == 1 and found.whole.share == 0
    assert all(score.together.share == 1 for score in found.lines)


def test_control_composed_the_other_way_round_is_not_followed():
    """Its first line is as true as ever; the product is another one."""
    program = decompile(composing(), seconds=600).program
    *heads, product = program.variables
    turned = Compose(Name("head0_1[2]"), Name("head0_0[2]"), 3)
    other = Program(program.symbols, (*heads, type(product)(product.name, (turned,), product.sites)), program.outputs)
    scores = realised(Network.of(composing()), other, frozenset())
    assert max(score.together.share for score in scores[:2]) < 0.8


def test_a_place_that_holds_all_has_a_line_and_what_is_made_of_it_another():
    [circuit] = [circuit for circuit in known_circuits() if circuit.name == "pizza"]
    network = Network.of(Subject.of(choose_engine(circuit.stack.spec, None, 1).engine, circuit.stack, circuit.task))
    bare = Program(symbols_of(network), (), (Output("c", Modulo(Plus(A, B), 13), 2),))
    program = with_bottleneck(network, bare)
    assert [str(item) for v in program.variables for item in v.items] == ["a", "b", "(head0[2][0] + head0[2][1]) % 13"]
    assert (program.answers(network.tokens) == bare.answers(network.tokens)).all()
    scores = realised(network, program, frozenset())
    assert [score.decides for score in scores] == [True, True]
    assert all(score.at_its_place.share == 1 for score in scores)
    assert with_bottleneck(network, program) is program
