"""A program found in one model, asserted of another: its lines, its answers, and what it leaves out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from openwork.analyses import Subject
from openwork.claims import Decompiles, Outcome, parse_claims
from openwork.claims.context import Context
from openwork.claims.evidence import UNEDITED
from openwork.claims.of_a_program import claims_of_program
from openwork.engines import choose_engine
from openwork.errors import ClaimError
from openwork.models import initial_stack, spec_for
from openwork.programs import Output, Place, Program, Symbol, Variable, program_as_json
from openwork.programs.language import Compared, Constant, Largest, Name, Sum, Table
from openwork.tasks import make_task
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


def test_a_program_is_written_as_claims_of_it_and_of_each_line():
    quoted = replace(PROGRAM, symbols=(*PROGRAM.symbols, Symbol("'''", 0)))
    text = claims_of_program("3f2a", quoted)
    claims = parse_claims(text, CIRCUIT.task, CIRCUIT.stack.spec)
    assert [claim.lines for claim in claims] == [(), *((variable.name,) for variable in PROGRAM.variables)]
    assert all(json.loads(claim.program) == json.loads(json.dumps(program_as_json(quoted))) for claim in claims)


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


def test_a_line_that_no_answer_follows_from_says_nothing():
    idle = Variable("idle[0]", (Name("x[0]"),), (Place("blocks.0.attn", 1),))
    verdict = judged(Decompiles(program=replace(PROGRAM, variables=(*PROGRAM.variables, idle)), lines="idle[0]"))
    assert verdict.outcome is Outcome.VACUOUS and "1 of " in verdict.sentence


def test_pairs_that_change_nothing_praise_no_place():
    rare = Compared(Sum(tuple(Name(symbol.name) for symbol in PROGRAM.symbols)), "<", Constant(1))
    line = Variable("rare[0]", (rare,), (Place("blocks.0.attn", 1),))  # true of 1 input in 64, and its place idle
    said = Largest((PROGRAM.outputs[0].expression, Name("rare[0]")))
    outputs = (replace(PROGRAM.outputs[0], expression=said), *PROGRAM.outputs[1:])
    program = replace(PROGRAM, variables=(*PROGRAM.variables, line), outputs=outputs)
    assert judged(Decompiles(program=program, lines="rare[0]")).outcome is Outcome.REFUTED


def test_any_answers_can_be_said_in_a_table_of_all(one_head):
    subject, answers = one_head
    symbols = tuple(Symbol(f"x[{i}]", i) for i in range(9))
    asked = subject.inputs.tokens[:, :9]
    rows = tuple(sorted((*key, value) for key, value in zip(asked.tolist(), answers.tolist(), strict=True)))
    table = Table(tuple(Name(s.name) for s in symbols), rows)
    line = Variable("all[0]", (table,), (Place("blocks.0.attn", 9),))
    program = Program(symbols, (line,), (Output(subject.task.outputs[0], Name("all[0]"), 9),))
    for lines in ((), ("all[0]",)):
        verdict = Decompiles(program=program, lines=lines).check(Context(subject))
        assert all(part.holds for part in verdict.parts) and verdict.outcome is Outcome.VACUOUS


@pytest.fixture(scope="module")
def one_head():
    """Random weights whose answers only one head makes, and these answers."""
    task = make_task("majority")
    spec = spec_for(task, n_layers=1, n_heads=1, d_model=8, d_head=8, d_mlp=0, attn_only=True)
    subject = Subject.of(choose_engine(spec, None, 1).engine, initial_stack(spec, range(1)), task)
    return subject, Context(subject).evidence(UNEDITED)[:, 0]


@pytest.mark.parametrize(
    ("part", "wrong", "said"),
    [
        ("symbols", [], "no symbols"),
        ("symbols", [["x[0]", "1"]], "position '1'"),
        ("symbols", [["x[0]", 1], ["x[0]", 2]], "there already"),
        ("variables", [{"name": "v", "items": [], "sites": [["blocks.0.attn", 1]]}], "no items"),
        ("variables", [{"name": "v", "items": [{"kind": "constant", "number": 1}], "sites": []}], "no sites"),
        ("variables", [{"name": "v\x1b[2J", "items": [{"kind": "constant", "number": 1}], "sites": []}], "printable"),
        ("outputs", {"kind": "name", "name": "nothing"}, "called nothing"),
        ("outputs", {"kind": "constant", "number": 10**40}, "number = 1000"),
        ("outputs", {"kind": "constant", "number": "1"}, "number = '1'"),
        ("outputs", {"kind": "sum", "of": []}, r"of = \(\)"),
        ("outputs", {"kind": "modulo", "of": {"kind": "constant", "number": 1}, "modulus": 0}, "modulus 0"),
        ("outputs", {"kind": "ranked", "of": [{"kind": "constant", "number": 1}], "rank": 1}, "rank 1"),
        ("outputs", {"kind": "table", "of": [{"kind": "constant", "number": 1}], "rows": [[1]]}, "each key"),
    ],
)
def test_a_program_that_cannot_be_run_is_told_before_it_is(part, wrong, said):
    program = program_as_json(PROGRAM)
    program[part] = [program["outputs"][0] | {"expression": wrong}] if part == "outputs" else wrong
    with pytest.raises(ClaimError, match=said):
        Decompiles(program=json.dumps(program))


def test_a_symbol_that_stands_elsewhere_is_told():
    name, position = program_as_json(PROGRAM)["symbols"][0]
    with pytest.raises(ClaimError, match=f"is at position {position}, not"):
        judged(Decompiles(program=replace(PROGRAM, symbols=(Symbol(name, position + 1), *PROGRAM.symbols[1:]))))


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
