"""The text of a program: it runs, does what the program does, folds loops, and is narrow."""

from __future__ import annotations

import json

import numpy as np
import pytest

from openwork.programs import (
    Output,
    Place,
    Program,
    Symbol,
    Variable,
    program_as_json,
    program_from_json,
    program_lines,
    program_text,
)
from openwork.programs.language import Constant, Minus, Modulo, Name, Plus, SelectorWidth, Sum, Table
from openwork.programs.verdicts.short import program_bits

SYMBOLS = tuple(Symbol(f"x[{i}]", i + 1) for i in range(8))


def place(position: int, layer: int = 0) -> Place:
    return Place(f"blocks.{layer}.attn", position)


def reverse() -> Program:
    fetched = tuple(Variable(f"head0[{9 + i}]", (Name(f"x[{7 - i}]"),), (place(9 + i),)) for i in range(4))
    pair = Variable("head1[3]", (Name("x[1]"), Sum(tuple(Name(s.name) for s in SYMBOLS))), (place(3, 1),))
    said = (Modulo(Plus(Name(f"head0[{9 + i}]"), Constant(1)), 4) for i in range(4))
    outputs = [Output(f"y[{i}]", e, 9 + i) for i, e in enumerate(said)]
    long = Table((Name("head1[3][0]"), Name("head1[3][1]")), tuple((a, b, a) for a in range(4) for b in range(25)))
    return Program(SYMBOLS, (*fetched, pair), (*outputs, Output("y[4]", long, 13)))


def run(program: Program, tokens) -> list[list[int]]:
    scope: dict[str, object] = {}
    exec(program_text(program), scope)
    return [scope["program"](row[1:9].tolist()) for row in tokens]


def test_the_text_runs_and_answers_as_the_program_does():
    tokens = np.random.default_rng(0).integers(0, 4, (50, 14)).astype(np.int32)
    assert run(reverse(), tokens) == reverse().answers(tokens).tolist()


@pytest.mark.parametrize("name", ["i", "j", "v", "sum", "answer", "head0", "item_at", "program", "range", "id"])
def test_a_question_may_use_the_names_of_the_text(name):
    symbols = (Symbol(name, 0), *SYMBOLS)
    fetched = tuple(Variable(f"head0[{9 + i}]", (Name(f"x[{7 - i}]"), Name(name)), (place(9 + i),)) for i in range(4))
    most = SelectorWidth(tuple(Name(s.name) for s in SYMBOLS), "<", Name(name))
    outputs = [Output(f"y[{i}]", Plus(Name(f"head0[{9 + i}][0]"), Name(f"head0[{9 + i}][1]")), 9 + i) for i in range(4)]
    program = Program(symbols, fetched, (*outputs, Output("y[4]", most, 13)))
    tokens = np.random.default_rng(0).integers(0, 4, (50, 14)).astype(np.int32)
    scope: dict[str, object] = {}
    exec(program_text(program), scope)
    assert [scope["program"](int(row[0]), row[1:9].tolist()) for row in tokens] == program.answers(tokens).tolist()
    assert any("for" in code for line in program_lines(program) for code in line.code)


def test_two_names_that_an_underscore_would_make_one_stay_two():
    program = Program((Symbol("sum", 0), Symbol("sum_", 1)), (), (Output("y", Minus(Name("sum"), Name("sum_")), 2),))
    scope: dict[str, object] = {}
    exec(program_text(program), scope)
    assert scope["program"](5, 3) == [2]


def test_neighbours_fold_into_a_loop_and_no_line_is_wide():
    text = program_text(reverse())
    assert "head0[9 + i] = x[7 - i]" in text
    assert "# blocks.0.attn @ 9, 10, 11, 12" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_loop_costs_less_than_its_lines():
    apart = [Variable(f"head0[{p}]", (Name(f"x[{i}]"),), (place(p),)) for p, i in ((9, 7), (10, 2), (11, 5), (12, 0))]
    program = reverse()
    assert program_bits(program) < program_bits(Program(SYMBOLS, (*apart, program.variables[-1]), program.outputs))


def test_json_brings_it_back():
    assert program_from_json(json.loads(json.dumps(program_as_json(reverse())))) == reverse()


def test_what_is_forced_replaces_what_would_follow():
    tokens = np.zeros((3, 14), np.int32)
    forced = {"head0[9]": (np.array([0, 1, 2]),)}
    assert reverse().answers(tokens, forced)[:, 0].tolist() == [1, 2, 3]


def test_large_tables_are_shown_by_their_size():
    text = program_text(reverse().with_readable_tables())
    assert "{... 100 entries ...}.get(" in text
    assert len(text.splitlines()) < len(program_text(reverse()).splitlines())
