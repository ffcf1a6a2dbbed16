"""Variables that heads of two layers bring between them are one line; what only hands on has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Output, Place, Program, Symbol, Variable, decompile
from openwork.programs.decompile.layers import joined_layers, with_joined_layers
from openwork.programs.decompile.network import Network
from openwork.programs.language import Constant, Modulo, Name, Plus
from openwork.programs.verdicts.realised import realised
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits import known_circuits
from openwork.testing.known_circuits.bench import Bench

CIRCUITS = {circuit.name: circuit for circuit in known_circuits()}
X = tuple(Symbol(f"x[{i}]", 1 + i) for i in range(3))


def twice() -> Network:
    """Layers 0 and 1 fetch the same digit, and each writes half of the answer."""
    bench = Bench(ReverseIncrement(4, 3), n_layers=2)
    for layer in range(2):
        bench.head(layer, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    return network(bench.stack(), bench.task)


def network(stack, task) -> Network:
    return Network.of(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, task))


def head(layer: int, position: int, *items) -> Variable:
    return Variable(f"head{layer}[{position}]", items, (Place(f"blocks.{layer}.attn", position),))


def answering(*variables: Variable, read: tuple[str, str]) -> Program:
    """One more than the last digit, and than what is read for the two others."""
    digits = ("x[2]", *read)
    outputs = [Output(f"y[{i}]", Modulo(Plus(Name(d), Constant(1)), 4), 3 + i) for i, d in enumerate(digits)]
    return Program(X, variables, tuple(outputs))


def rates(model: Network, program: Program) -> dict[str, float]:
    return {score.variable: score.together.share for score in realised(model, program, frozenset())}


def test_a_digit_that_two_layers_bring_is_one_line_of_the_later():
    model = twice()
    one, other = head(0, 4, Name("x[1]")), head(0, 5, Name("x[0]"))
    program = answering(one, other, read=(one.name, other.name))
    assert max(rates(model, program).values()) < 0.9
    joined = with_joined_layers(model, program)
    assert [line.name for line in joined.variables] == ["head1[4]", "head1[5]"]
    assert [str(site) for site in joined.variables[0].sites] == ["blocks.1.attn @ 4", "blocks.0.attn @ 4"]
    assert joined.variables[0].items == (Name("x[1]"),)
    assert min(rates(model, joined).values()) == 1
    assert (joined.answers(model.tokens) == model.answers).all()


def test_such_a_model_is_decompiled_but_for_its_few_inputs():
    found = decompile(twice().subject)
    assert {line.variable for line in found.lines} >= {"head1[4]", "head1[5]"}
    assert found.passes


@pytest.mark.parametrize("name", ["two-hops", "majority", "redundant-routes"])
def test_what_is_realised_by_itself_stays_apart(name):
    circuit = CIRCUITS[name]
    model = network(circuit.stack, circuit.task)
    program = decompile(model.subject).program
    assert with_joined_layers(model, program) is program


def test_a_wrong_digit_is_not_mended_by_two_layers():
    model = twice()
    program = answering(head(0, 4, Name("x[0]")), head(0, 5, Name("x[1]")), read=("head0[5]", "head0[4]"))
    assert (program.answers(model.tokens) == model.answers).all()
    joined = with_joined_layers(model, program)
    assert max(rates(model, joined).values()) < 0.5
    assert joined is program


def test_the_later_keeps_what_it_holds_besides_and_what_is_made_of_lines_between_stays():
    first, later = head(0, 4, Name("x[1]")), head(1, 4, Name("head0[4]"), Name("x[0]"))
    program = answering(first, later, read=("head1[4][0]", "head1[4][1]"))
    joined = joined_layers(program, first, later)
    assert [line.items for line in joined.variables] == [(Name("x[1]"), Name("x[0]"))]
    assert [output.expression.text() for output in joined.outputs[1:]] == [
        "(head1[4][0] + 1) % 4",
        "(head1[4][1] + 1) % 4",
    ]
    between = head(0, 5, Name("x[0]"))
    made = replace(later, items=(Name("head0[4]"), Name("head0[5]")))
    assert joined_layers(answering(first, between, made, read=made.columns), first, made) is None


def test_an_mlp_that_only_hands_on_has_no_line_where_it_fails():
    circuit = CIRCUITS["curved-mlp-increments"]
    model = network(circuit.stack, circuit.task)
    fetched = head(0, 4, Name("x[1]"))
    said = Variable("mlp0[4]", (Name("head0[4]"),), (Place("blocks.0.mlp", 5),))
    wrong = answering(fetched, head(0, 5, Name("x[0]")), said, read=("mlp0[4]", "head0[5]"))
    assert rates(model, wrong)["mlp0[4]"] < 0.9
    there = replace(said, sites=(Place("blocks.0.mlp", 4),))
    kept = answering(fetched, head(0, 5, Name("x[0]")), there, read=("mlp0[4]", "head0[5]"))
    assert rates(model, kept)["mlp0[4]"] == 1 and with_joined_layers(model, kept) is kept
