"""A program found in one model, asserted of another: its lines, its answers, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openwork.analyses import Subject
from openwork.claims import Decompiles, Outcome, parse_claims
from openwork.claims.context import Context
from openwork.engines import choose_engine
from openwork.errors import ClaimError
from openwork.programs import Place
from openwork.programs.language import Constant
from openwork.testing.known_circuits import known_circuits
from openwork.testing.known_circuits.programs import inside_two_hops

CIRCUIT = {circuit.name: circuit for circuit in known_circuits()}["two-hops"]
PROGRAM = inside_two_hops()


def judged(claim):
    engine = choose_engine(CIRCUIT.stack.spec, None, 1).engine
    return claim.check(Context(Subject.of(engine, CIRCUIT.stack, CIRCUIT.task)))


def test_every_line_is_a_part_and_an_assertion_of_its_own():
    verdict = judged(Decompiles(program=PROGRAM))
    names = [variable.name for variable in PROGRAM.variables]
    assert [part.label for part in verdict.parts] == ["equal", *names, "unexplained"]
    assert verdict.outcome is Outcome.CONFIRMED
    assert [part.label for part in judged(Decompiles(program=PROGRAM, lines="head1[5]")).parts] == ["head1[5]"]


def test_a_program_of_other_answers_is_not_equal():
    wrong = replace(PROGRAM, outputs=(replace(PROGRAM.outputs[0], expression=Constant(1)), *PROGRAM.outputs[1:]))
    verdict = judged(Decompiles(program=wrong))
    assert verdict.outcome is not Outcome.CONFIRMED
    assert [part.value for part in verdict.parts if part.label == "equal"] == [0.25]


def test_what_has_no_line_is_unexplained():
    short = replace(PROGRAM, variables=tuple(replace(v, sites=(Place("blocks.0.mlp", 2),)) for v in PROGRAM.variables))
    parts = {part.label: part for part in judged(Decompiles(program=PROGRAM)).parts}
    with pytest.raises(ClaimError, match=r"blocks\.0\.mlp"):
        judged(Decompiles(program=short))
    one_hop = replace(PROGRAM, variables=(), outputs=tuple(replace(o, expression=Constant(0)) for o in PROGRAM.outputs))
    lost = {part.label: part for part in judged(Decompiles(program=one_hop)).parts}["unexplained"]
    assert parts["unexplained"].value == 0 and lost.value > 0.5 and not lost.holds


def test_a_claims_file_ships_it():
    [read] = parse_claims(_toml(Decompiles(program=PROGRAM)), CIRCUIT.task, CIRCUIT.stack.spec)
    assert read == Decompiles(program=PROGRAM)
    assert judged(read).outcome is Outcome.CONFIRMED


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"program": "print(1)"}, "is not a program"),
        ({"program": '{"version": 99}'}, "version 99"),
        ({"program": PROGRAM, "lines": "head9[1]"}, "no line head9"),
    ],
)
def test_what_is_no_program_of_this_model_is_told(fields, said):
    with pytest.raises(ClaimError, match=said):
        judged(Decompiles(**fields))


def _toml(claim):
    return f"[[claim]]\nid = \"{claim.id}\"\nkind = \"{claim.kind}\"\nprogram = '''{claim.program}'''\n"
