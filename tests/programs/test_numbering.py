"""Numbers are read as themselves wherever they stand in the vocabulary; a program says what other numbers stand for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.programs import Output, Place, Program, Symbol, Variable, program_as_json, program_from_json, program_text
from openwork.programs.canonical import canonical
from openwork.programs.decompile.network import Network
from openwork.programs.language import Constant, Either, Modulo, Name, Plus, Table
from openwork.programs.numbering import Numbering, numbering_of
from openwork.tasks import Induction, RunningSumSign, task

SIGNS = ("+", "-", "0", "1", "2", "3", "=")


@pytest.mark.parametrize(
    ("tokens", "moved", "numbers", "signs"),
    [
        ((2, 3, 5), True, ((2, 0), (3, 1), (4, 2), (5, 3)), ()),
        ((2, 3, 5), False, (), ((2, "0"), (3, "1"), (5, "3"))),
        ((0, 1), True, (), ((0, "+"), (1, "-"))),
        ((1, 2), True, (), ((1, "-"), (2, "0"))),
    ],
)
def test_how_tokens_are_read(tokens, moved, numbers, signs):
    assert numbering_of(SIGNS, tokens, moved) == Numbering(numbers, signs)


def test_names_in_digits_are_no_numbers():
    assert numbering_of(("123", "132", "213"), (0, 2)).numbers == ()


def test_numbers_that_are_their_tokens_say_nothing_and_others_are_themselves():
    assert numbering_of(("0", "1", "2", "="), (0, 2)) == Numbering()
    some = numbering_of(("0", "4", "07", "5"), (0, 1, 3))
    assert some.read(np.array([0, 3, 1])).tolist() == [0, 5, 4]
    assert some.written(np.array([4, 1, 0, -1, 5])).tolist() == [1, -1, 0, -1, 3]


def test_a_number_of_many_digits_is_a_name():
    assert numbering_of(("7" * 5000, "1"), (0, 1)).signs[0] == (0, "7" * 5000)


def program() -> Program:
    numbers, signs = numbering_of(SIGNS, (2, 3, 4, 5)), numbering_of(SIGNS, (0, 1))
    symbols = (Symbol("op", 0, signs), Symbol("a", 1, numbers), Symbol("b", 2, numbers))
    line = Variable("head0[3]", (Name("op"), Modulo(Plus(Name("a"), Name("b")), 4)), (Place("blocks.0.attn", 3),))
    said = Either(Name("head0[3][0]"), Constant(3), Name("head0[3][1]"))
    looked = Table((Name("op"), Name("a")), ((0, 1, 2),))
    return Program(symbols, (line,), (Output("y[0]", said, 3, (), numbers), Output("y[1]", looked, 4, (), numbers)))


def test_a_program_answers_with_tokens_and_its_text_with_numbers():
    tokens = np.array([[0, 3, 4, 6], [1, 2, 2, 6], [0, 5, 5, 6]], np.int32)
    assert program().answers(tokens).tolist() == [[5, 4], [5, -1], [4, -1]]
    scope: dict[str, object] = {}
    exec(program_text(program()), scope)
    assert [scope["program"](*row) for row in ((0, 1, 2), (1, 0, 0), (0, 3, 3))] == [[3, 2], [3, -1], [2, -1]]


def test_its_text_says_what_numbers_stand_for_and_json_brings_it_back():
    assert "# in op: 0 is +, 1 is -\n" in program_text(program())
    assert "in a" not in program_text(program())
    assert program_from_json(json.loads(json.dumps(program_as_json(program())))) == program()


def test_a_program_from_before_numbers_were_told_apart_is_read():
    plain = program_as_json(program())
    plain["symbols"] = [[name, position] for name, position, *_ in plain["symbols"]]
    for output in plain["outputs"]:
        del output["numbering"]
    assert program_from_json(plain).symbols == (Symbol("op", 0), Symbol("a", 1), Symbol("b", 2))


@pytest.mark.parametrize(
    "numbering",
    [
        {"numbers": [[0, -1]], "signs": []},
        {"numbers": [[0, 1], [1, 1]], "signs": []},
        {"numbers": [], "signs": [["a", 0]]},
        {"signs": []},
        {"numbers": [0], "signs": []},
    ],
)
def test_a_numbering_that_is_none_is_refused(numbering):
    plain = program_as_json(program())
    plain["symbols"][0][2] = numbering
    with pytest.raises((ValueError, TypeError, KeyError)):
        program_from_json(plain)


def test_programs_that_read_other_numbers_are_two():
    moved, plain = numbering_of(("1", "0", "2"), (0, 1, 2)), Numbering()
    programs = [
        Program(
            (Symbol("a", 0, numbering),), (), (Output("y", Modulo(Plus(Name("a"), Constant(1)), 3), 1, (), numbering),)
        )
        for numbering in (moved, plain)
    ]
    assert len({canonical(program).digest for program in programs}) == 2


@pytest.mark.parametrize(
    ("sign", "said"), [("a", "a"), (" ", "' '"), ("\x85", r"'\x85'"), ("a, 1 is b", "'a, 1 is b'"), ("\x00", r"'\x00'")]
)
def test_what_is_written_is_told_so_that_nobody_takes_it_for_code(sign, said):
    only = Program((Symbol("x[0]", 0, Numbering((), ((0, sign),))),), (), (Output("y", Name("x[0]"), 1),))
    assert f"# in x: 0 is {said}" in program_text(only).splitlines()[1]


def test_a_list_is_read_alike_at_all_its_places():
    @task(x=(["1", "0", "2", "x"], 2), z=["1", "0", "2"])
    def last(x, z):
        """the last one"""
        return [z, x[1]]

    made = last()
    stack = initial_stack(spec_for(made, n_layers=1, d_model=8, n_heads=1, d_head=4, d_mlp=8), [0])
    network = Network.of(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, made))
    assert network.numbering(0) == network.numbering(1)
    assert not network.numbering(0).numbers and network.numbering(2).numbers


@pytest.mark.parametrize(
    ("made", "names"), [(RunningSumSign(largest=2, length=3), False), (Induction(letters=2, length=4), True)]
)
def test_numbers_of_both_signs_are_numbers_and_letters_are_names(made, names):
    stack = initial_stack(spec_for(made, n_layers=1, d_model=8, n_heads=1, d_head=4, d_mlp=8), [0])
    network = Network.of(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, made))
    assert network.numbering(0).signs
    assert network.names_in(network.numbering(0)) == names
