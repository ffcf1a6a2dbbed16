"""Tables that lack what some input asks of them are made anew of all inputs, where what is read decides it."""

from __future__ import annotations

from dataclasses import replace

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Place, Program, Variable, decompile
from openwork.programs.decompile.completed import completed
from openwork.programs.decompile.network import Network
from openwork.programs.language import Expression, Name, Plus, Table
from openwork.testing.known_circuits import known_circuits

SUM = Plus(Name("x[0]"), Name("x[1]"))


def network() -> Network:
    """It answers with x[1] + 1 and x[0] + 1, of digits below 4."""
    [circuit] = [circuit for circuit in known_circuits() if circuit.name == "affine-mlp-increments"]
    return Network.of(Subject.of(choose_engine(circuit.stack.spec, None, 1).engine, circuit.stack, circuit.task))


def lacking(model: Network, item: Expression, read: Expression) -> Program:
    """The model's program with a line that says `item`, and an answer that is made of `read`."""
    found = decompile(model.subject).program
    line = Variable("mlp0[2]", (item,), (Place("blocks.0.mlp", 2),))
    answer = replace(found.outputs[0], expression=read)
    return replace(found, variables=(*found.variables, line), outputs=(answer, *found.outputs[1:]))


def test_an_answer_and_an_item_follow_on_every_input():
    model = network()
    short = Table((Name("x[1]"),), ((0, 1), (2, 3)))
    program = lacking(model, Table((Name("x[0]"), Name("x[1]")), ((0, 0, 0), (1, 3, 4))), short)
    assert (program.answers(model.tokens) != model.answers).any()
    whole = completed(model, program, {"mlp0[2]": SUM}, {})
    assert (whole.answers(model.tokens) == model.answers).all()
    assert whole.outputs[0].expression.text() == "(x[1] + 1) % 4"
    assert whole.variables[-1].items[0].text() == "x[0] + x[1]"


def test_an_item_that_is_an_answer_follows_the_models():
    model = network()
    program = lacking(model, Table((Name("x[1]"),), ((0, 1),)), Name("mlp0[2]"))
    assert (completed(model, program, {}, {"mlp0[2]": 0}).answers(model.tokens) == model.answers).all()


def test_what_nothing_says_or_what_is_read_does_not_decide_stays():
    model = network()
    program = lacking(model, Table((Name("x[0]"),), ((0, 1),)), Table((Name("x[0]"),), ((1, 2),)))
    assert completed(model, program, {}, {}) == program
