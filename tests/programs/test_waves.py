"""Models that add modulo p in a known way: by a clock, by a pizza, and by heart, which is no wave."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.claims import Context, Decompiles
from openwork.engines import choose_engine
from openwork.programs import (
    Decompilation,
    Output,
    Place,
    Program,
    Variable,
    decompilation_from_json,
    decompile,
    program_text,
)
from openwork.programs.decompile.features import symbols_of
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.planes import Planes
from openwork.programs.decompile.waves import with_waves
from openwork.programs.language import BestFit, Doubled, Name, Product, Wave
from openwork.programs.verdicts.realised import realised
from openwork.programs.verdicts.waves import one_at_a_time
from openwork.programs.verdicts.whole import whole
from openwork.tasks import ModularAddition
from openwork.testing.known_circuits import known_circuits
from openwork.testing.known_circuits.waves import HANDS, SLICES, knowing_by_heart, multiplied

P = 13


@cache
def subject_of(name: str) -> Subject:
    [circuit] = [circuit for circuit in known_circuits() if circuit.name == name]
    return Subject.of(choose_engine(circuit.stack.spec, None, 1).engine, circuit.stack, circuit.task)


@cache
def found_in(name: str) -> Decompilation:
    return decompile(subject_of(name), seconds=600)


@pytest.mark.parametrize(("name", "frequencies", "kind"), [("clock", HANDS, Product), ("pizza", SLICES, Doubled)])
def test_the_waves_of_a_known_circuit_are_found_where_they_are(name, frequencies, kind):
    found = found_in(name)
    head, mlp = found.program.variables
    assert head.items == tuple(Wave(Name(n), k, P) for n in "ab" for k in frequencies)
    assert {type(item) for item in mlp.items} == {kind}
    assert (head.sites[0], mlp.sites[0]) == (Place("blocks.0.attn", 2), Place("blocks.0.mlp", 2))
    assert found.equal.share == 1 and found.whole.share == 0
    assert [score.together.share for score in found.lines] == [1, 1]
    assert min(score.explained for score in found.lines) > 0.99


@pytest.mark.parametrize(("name", "other"), [("clock", "pizza"), ("pizza", "clock")])
def test_clock_and_pizza_are_told_apart(name, other):
    waves = found_in(name).waves
    assert waves.form == name
    assert getattr(waves, name) > 0.95 * waves.pairs > getattr(waves, other)


def test_what_others_tell_them_apart_by_agrees():
    clock, pizza = found_in("clock").waves, found_in("pizza").waves
    assert clock.symmetric < 0.5 < pizza.symmetric
    assert clock.irrelevant > 0.5 > pizza.irrelevant
    assert clock.left > 0.9 and pizza.left < 0.1


def test_the_shares_of_a_clock_are_those_that_it_was_given():
    waves = found_in("clock").waves
    assert waves.frequencies == HANDS
    assert waves.embedding == pytest.approx([1 / 6] * 2)
    assert waves.attention == pytest.approx([0.5, 0.5])
    assert waves.stream == pytest.approx([0.5, 0.5], abs=0.01)


def test_control_sums_known_by_heart_are_no_waves():
    found = found_in("by-heart")
    assert found.waves is None
    assert str(found.program.variables[-1].items[0]) == "(head0_0[2] + head0_1[2]) % 13"
    network = Network.of(subject_of("by-heart"))
    scores = realised(network, multiplied(), frozenset())
    assert max(score.together.share for score in scores) < 0.9


def test_control_a_task_that_adds_nothing_has_no_waves():
    assert with_waves(Network.of(subject_of("two-hops")), lambda step: None) is None


def test_control_other_frequencies_are_followed_nowhere_and_lose_what_is_there():
    program = found_in("clock").program
    head, mlp = program.variables
    wrong = {1: 2, 5: 3}
    items = tuple(replace(item, frequency=wrong[item.frequency]) for item in head.items)
    other = replace(program, variables=(replace(head, items=items), mlp))
    network = Network.of(subject_of("clock"))
    assert max(score.together.share for score in realised(network, other, frozenset())) < 0.5
    assert whole(network, other).share > 0.5


def test_interchange_leaves_what_is_beside_the_planes():
    network, program = Network.of(subject_of("clock")), found_in("clock").program
    both = program.variables[-1]
    planes = Planes.of(network, program, both)
    place = both.sites[0].stream(network.subject.spec)  # where what attention brought stands too
    bases, sources = np.arange(len(network.tokens)), np.roll(np.arange(len(network.tokens)), 5)
    edits = planes.swapped(bases, sources, [place])
    own, other = (network.held(rows, [place])[place] for rows in (bases, sources))
    found, basis = network.held(bases, [place], edits)[place], planes.basis(place)
    np.testing.assert_allclose(found @ basis, other @ basis, atol=1e-4)
    beside = np.eye(len(basis)) - basis @ basis.T
    np.testing.assert_allclose(found @ beside, own @ beside, atol=1e-4)
    assert np.abs((own - other) @ beside).max() > 1e-2


def test_one_frequency_of_another_input_makes_an_answer_that_is_no_sum():
    """So that waves disagree, and the answer hangs on how long each is: the program's is another then."""
    network, program = Network.of(subject_of("clock")), found_in("clock").program
    both = program.variables[-1]
    tokens = np.array([[0, 1, P]], np.int32)
    mixed = (np.array([7]), *program.values_of(both, tokens)[1:])
    assert program.answers(tokens, {both.name: mixed}) != 1
    followed, pairs = one_at_a_time(network, program, both)
    assert (followed, pairs) == (found_in("clock").waves.clock, found_in("clock").waves.pairs)


@pytest.mark.parametrize("items", [1, 2])
def test_pairs_are_counted_as_they_are_where_there_are_few(items):
    """Five numbers have 625 pairs, fewer than are asked for."""
    task = ModularAddition(5)
    stack = knowing_by_heart(task)
    network = Network.of(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, task))
    names, ks = [Name(symbol.name) for symbol in symbols_of(network)][:2], (1, 2)[:items]
    both = Variable(
        "mlp0[2]", tuple(Product(*(Wave(n, k, 5) for n in names), 5) for k in ks), (Place("blocks.0.mlp", 2),)
    )
    answer = BestFit(tuple(Name(c) for c in both.columns), ks, (1,) * items, 5)
    program = Program(symbols_of(network), (both,), (Output("c", answer, 2),))
    assert one_at_a_time(network, program, both)[1] == 625 // items * items


@pytest.mark.parametrize("name", ["clock", "pizza"])
def test_a_claim_asks_for_one_frequency_at_a_time_too(name):
    """Waves multiplied as a clock's: a pizza answers alike and follows all waves together, but not one alone."""
    program = found_in(name).program
    *before, both = program.variables
    items = tuple(Product(item.left, item.right, P) for item in both.items)
    claimed = replace(program, variables=(*before, replace(both, items=items)))
    verdict = Decompiles(program=claimed).check(Context(subject_of(name)))
    parts = {part.label: part.holds for part in verdict.parts}
    assert parts.pop("mlp0[2], one wave at a time") == (name == "clock")
    assert parts and all(parts.values())


@pytest.mark.parametrize("name", ["clock", "pizza"])
def test_the_text_is_narrow_runs_and_answers_as_the_program_does(name):
    program = found_in(name).program
    text, scope = program_text(program), {}
    assert max(map(len, text.splitlines())) <= 80
    exec(text, scope)
    tokens = Network.of(subject_of(name)).tokens
    assert [scope["program"](int(a), int(b)) for a, b, _ in tokens] == program.answers(tokens).tolist()


def test_json_brings_them_back():
    found = found_in("pizza")
    assert decompilation_from_json(json.loads(json.dumps(found.as_json()))) == found
