"""Models that add modulo p in a known way: by a clock, by a pizza, and by heart, which is no wave."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Decompilation, Place, decompilation_from_json, decompile, program_text
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.waves import with_waves
from openwork.programs.language import Doubled, Name, Product, Wave
from openwork.programs.verdicts.realised import realised
from openwork.programs.verdicts.whole import whole
from openwork.testing.known_circuits import known_circuits
from openwork.testing.known_circuits.waves import HANDS, SLICES, multiplied

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
    """One frequency of the clock's first number: the model's answer is then no sum, and still the program's."""
    program = found_in("clock").program
    both = program.variables[-1]
    tokens = np.array([[0, 1, P]], np.int32)
    mixed = (np.array([7]), *program.values_of(both, tokens)[1:])
    assert program.answers(tokens, {both.name: mixed}) != 1


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
