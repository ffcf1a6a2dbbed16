"""Variables that are one: merged where interchange at either is half of it, and nowhere else."""

from __future__ import annotations

import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Output, Place, Program, Symbol, Variable, decompile
from openwork.programs.decompile.merging import merge, with_merged
from openwork.programs.decompile.network import Network
from openwork.programs.language import Constant, Largest, Modulo, Name, Plus
from openwork.programs.verdicts.realised import realised
from openwork.testing.known_circuits import known_circuits

CIRCUITS = {circuit.name: circuit for circuit in known_circuits()}
X = tuple(Symbol(f"x[{i}]", 1 + i) for i in range(3))


def network_of(name: str) -> Network:
    circuit = CIRCUITS[name]
    return Network.of(Subject.of(choose_engine(circuit.stack.spec, None, 1).engine, circuit.stack, circuit.task))


def head(number: int, position: int) -> Variable:
    """A head that is said to hold the digit that is mirrored there."""
    place = Place(f"blocks.0.attn.head.{number}", position)
    return Variable(f"head0_{number}[{position}]", (Name(f"x[{5 - position}]"),), (place,))


def two_for_one() -> Program:
    """Right on every input of `two-halves`, whose heads hold a bit each: of either, that it holds the whole digit."""
    one, other = head(0, 4), head(1, 4)
    digits = (Name("x[2]"), Largest((Name(one.name), Name(other.name))), Name("x[0]"))
    outputs = [Output(f"y[{i}]", Modulo(Plus(digit, Constant(1)), 4), 3 + i) for i, digit in enumerate(digits)]
    return Program(X, (one, other), tuple(outputs))


def test_two_heads_that_hold_a_digit_between_them_become_one_variable():
    network, program = network_of("two-halves"), two_for_one()
    assert (program.answers(network.tokens) == network.answers).all()
    assert max(score.together.share for score in realised(network, program, frozenset())) < 0.9
    merged = with_merged(network, program)
    [variable] = merged.variables
    assert variable.name == "head0[4]"
    assert variable.items == (Name("x[1]"),)
    assert [str(site) for site in variable.sites] == ["blocks.0.attn.head.0 @ 4", "blocks.0.attn.head.1 @ 4"]
    assert str(merged.outputs[1].expression) == "(max([head0[4], head0[4]]) + 1) % 4"
    assert (merged.answers(network.tokens) == network.answers).all()
    [score] = realised(network, merged, frozenset())
    assert score.together.share == 1


@pytest.mark.parametrize("name", ["two-hops", "majority", "larger-wins", "curved-mlp-increments"])
def test_what_is_realised_by_itself_stays_apart(name):
    network = network_of(name)
    program = decompile(network.subject).program
    assert with_merged(network, program) is program


def test_a_program_that_is_wrong_about_its_places_is_not_mended():
    """The heads of two positions with their digits exchanged hold nothing of each other's."""
    network, program = network_of("two-halves"), two_for_one()
    one = Variable("head0_0[4]", (Name("x[0]"),), (Place("blocks.0.attn.head.0", 4),))
    other = Variable("head0_0[5]", (Name("x[1]"),), (Place("blocks.0.attn.head.0", 5),))
    digits = (Name("x[2]"), Name(other.name), Name(one.name))
    outputs = (
        Output(o.name, Modulo(Plus(d, Constant(1)), 4), o.position)
        for o, d in zip(program.outputs, digits, strict=True)
    )
    exchanged = Program(X, (one, other), tuple(outputs))
    merged = with_merged(network, exchanged)
    assert max(score.together.share for score in realised(network, merged, frozenset())) < 0.5


def test_items_are_renamed_wherever_they_are_read():
    """The one whose items the other has too takes its columns; what is read of either is read of both."""
    pair = Variable("head0[4]", (Name("x[0]"), Name("x[1]")), (Place("blocks.0.attn", 4),))
    single = Variable("head0[5]", (Name("x[1]"),), (Place("blocks.0.attn", 5),))
    later = Variable("head1[5]", (Plus(Name("head0[4][0]"), Name("head0[5]")),), (Place("blocks.1.attn", 5),))
    program = Program(X, (pair, single, later), (Output("y[0]", Name("head0[5]"), 5),))
    merged = merge(program, pair, single)
    assert [str(variable.name) for variable in merged.variables] == ["head0[4]", "head1[5]"]
    assert [site.position for site in merged.variables[0].sites] == [4, 5]
    assert str(merged.variables[1].items[0]) == "head0[4][0] + head0[4][1]"
    assert str(merged.outputs[0].expression) == "head0[4][1]"
