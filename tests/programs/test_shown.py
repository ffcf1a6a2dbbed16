"""What shown answers settle: the same on every input, told apart by interchange alone."""

from __future__ import annotations

import numpy as np

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.programs import Output, Place, Program, Symbol, Variable
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.shown import ways_to_show, with_shown
from openwork.programs.language import Compared, Constant, Modulo, Name, Plus, Sum
from openwork.tasks import Addition

TENS = Variable("head0[6]", (Name("a[0]"), Name("b[0]")), (Place("blocks.0.attn", 6),))
CARRY = Variable(
    "head1[6]",
    (Compared(Plus(Name("a[1]"), Name("b[1]")), ">=", Constant(10)),),
    (Place("blocks.1.attn", 6),),
)


def network() -> Network:
    """A random model of two digits' addition."""
    task = Addition()
    spec = spec_for(task, n_layers=2, n_heads=1, d_model=8, d_head=8, d_mlp=8)
    return Network.of(Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task))


def program(network: Network) -> Program:
    """The tens digit of the sum, by the carry that a head brings."""
    symbols = tuple(Symbol(n, p) for p, n in enumerate(network.subject.position_names) if p in network.symbols)
    carried = Modulo(Sum((Name("head0[6][0]"), Name("head0[6][1]"), Name("head1[6]"))), 10)
    digits = (Constant(0), carried, Constant(0))
    outputs = tuple(Output(f"y[{n}]", said, 5 + n) for n, said in enumerate(digits))
    return Program(symbols, (TENS, CARRY), outputs)


def test_every_way_answers_the_same_and_the_nine_is_among_them() -> None:
    model = network()
    said = program(model)
    others = [other for _, some in ways_to_show(model, said) for other in some]
    assert all(np.array_equal(said.answers(model.tokens), other.answers(model.tokens)) for other in others)
    texts = [other.outputs[1].expression.text() for other in others]
    assert any("y[0] if int(head0[6][0] + head0[6][1] == 9) else head1[6]" in text for text in texts)
    assert any("head0[6][2] if int(head0[6][0] + head0[6][1] == 9) else head1[6]" in text for text in texts)


def test_interchange_tells_them_apart_where_the_tens_add_up_to_nine() -> None:
    model = network()
    said, pairs = program(model), Drawn.of(model, "test", 0, 4096)
    bases = model.tokens[pairs.bases]
    carried = {CARRY.name: said.values_of(CARRY, model.tokens[pairs.sources])}
    tens = sum(said.values_of(TENS, bases))
    ways = [other for _, some in ways_to_show(model, said) for other in some if CARRY in other.variables]
    for other in ways:
        differ = (said.answers(bases, carried) != other.answers(bases, carried)).any(axis=1)
        assert differ.any() and (tens[differ] == 9).all()
    assert ways


def test_a_random_network_is_not_followed_by_any() -> None:
    model = network()
    found = with_shown(model, program(model))
    rates = [Drawn.of(model, "test", 1, 512).rates(model, found, v, [v.sites])[0].share for v in found.variables]
    assert min(rates) < 0.9
