"""What the first screen says, the program that it shows, and the tour, of a hand-made program of a solved model."""

from __future__ import annotations

import pytest

from openwork.claims import ClaimsHeading, TourStep, heading_of
from openwork.errors import ClaimError
from openwork.models import spec_for
from openwork.page.program import live_program
from openwork.page.told import program_told
from openwork.programs import Decompilation, Output, Place, Program, Symbol, Variable
from openwork.programs.decompile.pairs import Rate
from openwork.programs.language import Constant, Modulo, Name, Plus, Table
from openwork.programs.verdicts.realised import LineScore
from openwork.tasks import ReverseIncrement

SPEC = spec_for(ReverseIncrement(4, 8), n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=8)
MLPS = tuple(Place(f"blocks.{layer}.mlp", 9) for layer in range(2))


def program(last: object = None) -> Program:
    """Two answers: one fetched by the head, one read where it stands."""
    symbols = (Symbol("x[6]", 7), Symbol("x[7]", 8))
    head = Variable("head0[9]", (Name("x[6]"),), (Place("blocks.0.attn", 9),))
    first = Output("y[0]", Modulo(Plus(Name("x[7]"), Constant(1)), 4), 8)
    second = Output("y[1]", last or Modulo(Plus(Name("head0[9]"), Constant(1)), 4), 9, MLPS)
    return Program(symbols, (head,), (first, second))


def found(made: Program | None) -> Decompilation:
    rate = Rate(100, 100, 50, 50)
    score = LineScore("head0[9]", "blocks.0.attn @ 9", rate, rate, rate, 4, 4, 1.0, 1.0, False)
    return Decompilation(made, None, (score,), None, None, "all", True, (), "", 0.0)


def test_the_program_is_said_in_a_sentence():
    made = program()
    one = Program(made.symbols, made.variables, made.outputs[1:])
    assert program_told([found(one)], SPEC) == (
        "`y[1]` is `(x[6] + 1) % 4`: fetched by head 0.0, worked out by MLP 0 and MLP 1."
    )
    table = Table((Name("x[6]"), Name("x[7]")), tuple((a, b, a) for a in range(4) for b in range(4)))
    long = Program(made.symbols, (), (Output("y[0]", table, 8),))
    assert program_told([found(long)], SPEC) == program_told([found(None)], SPEC) == program_told([], SPEC) == ""


def test_a_line_knows_where_it_stands_and_what_speaks_for_it():
    shown = live_program([found(program())], SPEC)
    assert shown is not None and shown["runs"]["version"] == 1
    head, *answers = shown["lines"]
    assert head["code"] == ["head0[9] = x[6]"]
    assert head["places"] == [{"name": "head0[9]", "component": "blocks.0.attn", "position": 9}]
    assert head["where"] == [["blocks.0.attn", 9, "head 0.0"]]
    assert head["scores"][0]["together"] == "100 %" and head["scores"][0]["pairs"] == 100
    assert [line["assigns"] for line in answers] == [["answer[0]"], ["answer[1]"]]
    assert shown["parents"] == {"head0[9]": ["x[6]"], "answer[0]": ["x[7]"], "answer[1]": ["head0[9]"]}
    assert live_program([found(None)], SPEC) is None


def test_a_program_that_is_too_large_is_shown_and_not_run():
    size = 120
    table = Table((Name("x[6]"), Name("x[7]")), tuple((a, b, a * b) for a in range(size) for b in range(size)))
    shown = live_program([found(program(table))], SPEC)
    assert shown["runs"] is None and "14,400 entries" in shown["lines"][-1]["code"][0]


def test_a_teachers_steps_are_read_from_the_claims_file():
    text = '[[tour]]\ntitle = "Look"\ntext = "At y[3]."\nlink = "#how?output=3&stage=0"\n'
    assert heading_of(text) == ClaimsHeading(tour=(TourStep("Look", "At y[3].", "#how?output=3&stage=0"),))
    with pytest.raises(ClaimError) as caught:
        heading_of('[[tour]]\ntitel = "Look"\ntext = 3\nlink = "https://example.org"\n')
    assert {reason.where for reason in caught.value.reasons} == {
        "tour 1.titel",
        "tour 1.title",
        "tour 1.text",
        "tour 1.link",
    }
    with pytest.raises(ClaimError, match="is not a list of tables"):
        heading_of('tour = "around"')
