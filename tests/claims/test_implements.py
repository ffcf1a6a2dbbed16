from __future__ import annotations

from dataclasses import replace
from types import FunctionType

import numpy as np
import pytest

from openwork.claims import Context, GivenProgram, Implements, Outcome, check, program_from_text
from openwork.claims.places import places_in
from openwork.claims.programs import values as program_values
from openwork.claims.programs.values import decided_by
from openwork.engines import choose_engine
from openwork.errors import ClaimError
from openwork.models import spec_for
from openwork.tasks import BalancedBrackets, ReverseIncrement
from openwork.testing.known_circuits import known_circuits

EACH = {"i": "outputs"}
TASK = ReverseIncrement(4, 3)
SPEC = spec_for(TASK, n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=8)
REVERSE = """
def digit(x):
    return x[::-1]

def y(digit):
    return [_plus_one(d) for d in digit]

def _plus_one(d):
    return (d + 1) % 4
"""


def digit(x):
    return x[::-1]


def straight(x):
    return x


def y(digit):
    return [(d + 1) % 4 for d in digit]


def implements(alignment, *functions, each=EACH, **more) -> Implements:
    program = GivenProgram.of(*(functions or (digit, y)), name="reverse")
    return Implements(program=program, alignment=alignment, each=each, **more)


AT_HEAD = {"digit[i]": "blocks.0.attn.0 @ predicts y[i]"}


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (implements(AT_HEAD), Outcome.CONFIRMED),
        (implements({"x[n-1-i]": "hook_embed @ x[n-1-i]"}), Outcome.CONFIRMED),
        (implements({"y[i]": "blocks.0.hook_resid_post @ predicts y[i]"}), Outcome.VACUOUS),
        (implements({"digit": "blocks.0.attn.0"}, each=()), Outcome.CONFIRMED),
        (implements({"digit[i]": "blocks.0.attn.1 @ predicts y[i]"}), Outcome.REFUTED),
        (implements({"x[i]": "hook_embed @ x[n-1-i]"}), Outcome.MIXED),  # x[1] is its own mirror
    ],
)
def test_what_a_head_stands_for(on_each_engine, claim, outcome):
    context = on_each_engine("attention-increments")
    assert not list(claim.misfits(context.task, context.spec))
    verdict = claim.check(context)
    assert verdict.outcome == outcome, verdict
    assert verdict.coverage.startswith("all 4,096 pairs of 64 of 64 inputs; ")


def test_the_answers_must_be_the_programs(solved):
    def y(digit):
        return [(d + 2) % 4 for d in digit]

    verdict = implements(AT_HEAD, digit, y).check(solved)
    assert verdict.outcome == Outcome.REFUTED
    assert verdict.sentence.startswith("The program is right on 0 % of answers only.")


def test_pairs_that_change_nothing_do_not_praise(solved):
    verdict = implements({"digit[i]": "blocks.0.attn.2 @ predicts y[i]"}).check(solved)
    assert verdict.outcome == Outcome.REFUTED
    assert all(part.value == 0 for part in verdict.parts)
    assert verdict.effect.value == 0.25  # those in which the digit is the same


def test_a_counterexample_can_be_run_again(solved):
    first = implements({"digit[0]": "blocks.0.attn.2 @ predicts y[0]"}, each=()).check(solved).counterexamples[0]
    said = "x = 0 0 0, with digit[0] of x = 0 0 1: the program says 2 1 1, the model 1 1 1"
    assert str(first) == said
    assert (first.replay.question, first.replay.other, first.replay.output) == (0, 1, "y[0]")


def test_drawn_pairs_have_an_interval_and_a_seed(solved, monkeypatch):
    monkeypatch.setattr("openwork.claims.evidence.program_pairs.ALL_PAIRS", 100)
    claim = implements(AT_HEAD, pairs=500)
    verdict = claim.check(solved)
    assert verdict.coverage.startswith("500 drawn pairs of 64 of 64 inputs, 95 % intervals; ")
    assert all(part.low < 1 == part.high for part in verdict.parts)
    assert verdict == claim.check(Context(solved.subject))
    assert verdict.forward_rows == 64 + 3 * 2 * 500 + 64 == claim.cost(Context(solved.subject))
    assert implements(AT_HEAD, pairs=20).check(solved).outcome == Outcome.UNDECIDED


def test_every_source_that_differs_in_nothing_else(on_each_engine):
    solved = on_each_engine("attention-increments")
    everywhere = {"digit[0]": "blocks.0.attn.0"}
    claim = implements(everywhere, each=(), sources="near")
    verdict = claim.check(solved)
    assert verdict.outcome == Outcome.CONFIRMED
    assert verdict.coverage.startswith("all 192 pairs of 64 of 64 inputs that differ only in what the variable")
    assert verdict.forward_rows == 64 + 2 * 3 * 64 + 64 == claim.cost(on_each_engine("attention-increments"))
    # Any other source brings its other digits along.
    assert implements(everywhere, each=()).check(solved).outcome == Outcome.REFUTED


def test_sources_near_by_are_drawn_where_they_are_too_many(solved, monkeypatch):
    monkeypatch.setattr("openwork.claims.evidence.program_pairs.ALL_PAIRS", 100)
    verdict = implements(AT_HEAD, pairs=50, sources="near", at_least=0.9).check(solved)
    assert verdict.coverage.startswith("50 drawn pairs of 64 of 64 inputs that differ only in what")
    assert all(part.low < 1 == part.high for part in verdict.parts)


def test_what_a_variable_is_computed_from_is_found_by_trying():
    def both(x):
        return x[0] + x[2]

    def never(x):
        return 7

    program = GivenProgram.of(digit, y, both, never)
    assert decided_by(program, TASK, "digit[0]") == ("x[2]",)
    assert decided_by(program, TASK, "both") == ("x[0]", "x[2]")
    assert decided_by(program, TASK, "never") == ()
    found = complaints(Implements(program=program, alignment={"never": "blocks.0.mlp"}, sources="near"))
    assert "alignment, never: has the same value on every question" in found[0]


def test_sources_near_by_need_every_question(solved):
    claim = implements(AT_HEAD, sources="near")
    some = replace(solved, subject=solved.subject.on(solved.subject.inputs.take(np.arange(9))))
    assert claim.check(some).outcome == Outcome.UNDECIDED
    assert any("not free of one another" in str(r) for r in claim.misfits(BalancedBrackets(4), None))


def test_without_its_program_nothing_is_run(solved):
    verdict = Implements(program="reverse.py", alignment=AT_HEAD, each=EACH).check(solved)
    assert verdict.outcome == Outcome.UNDECIDED
    assert "--program reverse.py" in verdict.advice


def test_programs_are_found_by_the_names_of_their_files(solved):
    named = Implements(program="programs/reverse.py", alignment=AT_HEAD, each=EACH)
    given = named.given({"other.py": GivenProgram.of(y), "reverse.py": program_from_text(REVERSE, "reverse.py")})
    assert given.check(solved).outcome == Outcome.CONFIRMED
    assert named.given({"other.py": GivenProgram.of(y)}) == named


def test_another_program_of_the_same_name_is_another_claim():
    one, other = implements(AT_HEAD), implements(AT_HEAD, straight, y)
    assert one.as_table() == other.as_table()
    assert one.text() != other.text()


def complaints(claim) -> list[str]:
    return list(map(str, claim.misfits(TASK, SPEC)))


def bad_raises(x):
    return 1 // x[0]


def bad_exits(x):
    raise SystemExit(0)


def bad_length(digit):
    return digit[:2]


def bad_symbol(digit):
    return [9 for _ in digit]


def bad_kind(digit):
    return 3


def bad_parent(diigt):
    return diigt


def one(two):
    return two


def two(one):
    return one


def several(*x):
    return x


def named(function, name):
    return FunctionType(function.__code__, function.__globals__, name)


@pytest.mark.parametrize(
    ("functions", "alignment", "complaint"),
    [
        ((named(bad_raises, "digit"), y), AT_HEAD, "ZeroDivisionError"),
        ((named(bad_raises, "digit"), y), AT_HEAD, "on 16 of 64 questions, first question 0: 0 0 0"),
        ((named(bad_exits, "digit"), y), AT_HEAD, "raises SystemExit: 0; on 64 of 64 questions"),
        ((digit, named(bad_length, "y")), AT_HEAD, "y gives 2 values for 3 outputs; on 64 of 64"),
        ((digit, named(bad_symbol, "y")), AT_HEAD, "9 is no answer: they are numbers from 0 to 4, or 0 1 2 3 BOS"),
        ((digit, named(bad_kind, "y")), AT_HEAD, "y gives 3, where 3 outputs need a list"),
        ((digit, named(bad_parent, "y")), AT_HEAD, "there is no variable diigt (did you mean 'digit'?)"),
        ((digit, straight), AT_HEAD, "does not compute the output y"),
        ((digit, y, one, two), AT_HEAD, "is circular: one needs two needs one"),
        ((digit, y, several), AT_HEAD, "takes * or ** parameters"),
        ((digit, y, named(straight, "x")), AT_HEAD, "x is what the question gives"),
        ((digit, y), {"dgit[i]": "blocks.0.attn"}, "the program has no variable dgit (did you mean 'digit'?)"),
        ((digit, y), {"digit[i+1]": "blocks.0.attn @ predicts y[i]"}, "digit has 3 values, so there is no digit[3]"),
        ((digit, y), {"digit[i]": "blocks.0.attn"}, "is at the same place as digit[0]"),
        ((digit, y), {"digit[j]": "blocks.0.attn"}, "'j' has no value here"),
        (
            (digit, y),
            {"digit[i]": "blocks.1.attn @ predicts y[i]", "y[i]": "blocks.0.mlp @ predicts y[i]"},
            "is circular: y[0] is computed from digit[0], but its place comes before",
        ),
        ((digit, y), {"digit[i]": "blocks.2.attn @ predict y[i]"}, "blocks.2.attn: this model has no such site"),
        ((digit, y), {"digit[i]": "blocks.2.attn @ predict y[i]"}, "did you mean 'predicts y[0]'"),
    ],
)
def test_mistakes(functions, alignment, complaint):
    found = complaints(implements(alignment, *functions))
    assert any(complaint in line for line in found), found


def test_a_program_that_fails_under_a_change_says_on_which_question(solved):
    def odd(x):
        return x[0] % 2

    def y(x, odd):
        if odd != x[0] % 2:
            raise ValueError("never seen")
        return [(d + 1) % 4 for d in reversed(x)]

    with pytest.raises(ClaimError, match=r"question 0: 0 0 0, with odd = 1: raises ValueError: never seen"):
        implements({"odd": "blocks.0.attn.2"}, odd, y, each=()).check(solved)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("def y(x:\n  return x", "raises SyntaxError: .* \\(line 1\\)"),
        ("def y(x):\n  return x\n1 // 0", "raises ZeroDivisionError: .* \\(line 3\\)"),
        ("import math\n", "has no functions"),
        ("import sys\nsys.exit(0)", "raises SystemExit: 0 \\(line 2\\)"),
    ],
)
def test_files_that_are_no_programs(text, complaint):
    with pytest.raises(ClaimError, match=complaint):
        program_from_text(text, "mine.py")


def test_a_function_may_change_its_list(solved):
    def digit(x):
        x.reverse()
        return x

    assert implements(AT_HEAD, digit, y).check(solved).outcome == Outcome.CONFIRMED


def test_symbols_are_answers_too(solved):
    def y(digit):
        return np.array(["1", "2", "3", "0"])[digit]

    assert implements(AT_HEAD, digit, y).check(solved).outcome == Outcome.CONFIRMED


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_a_list_may_be_of_any_kind_and_stays_so(solved, kind):
    def digit(x):
        return kind(x[::-1])

    def y(digit):
        assert type(digit) is type(kind([]))
        return [(d + 1) % 4 for d in digit]

    assert implements(AT_HEAD, digit, y).check(solved).outcome == Outcome.CONFIRMED


def test_a_program_that_always_fails_is_not_run_on_every_question(monkeypatch):
    runs = []

    def y(x):
        runs.append(x)
        raise ValueError("never right")

    monkeypatch.setattr(program_values, "MOST_FAILURES", 5)
    found = complaints(implements({"x[0]": "hook_embed @ x[0]"}, y, each=()))
    assert len(runs) == 5
    assert any("on 5 of the first 5 questions, first question 0: 0 0 0" in line for line in found), found


def votes(name: str):
    """A known circuit and a program about it, by the first name that its alignment has."""
    circuit = next(c for c in known_circuits() if c.name == name)
    engine = choose_engine(circuit.stack.spec, "native", 1).engine
    asked = [c for c, _ in circuit.claims if c.kind == "implements" and "attn.0 @" in c.alignment[0][1]]
    verdicts = {str(c.program): c.check(circuit.context(engine)) for c in asked if c.represents is None}
    return verdicts


def test_what_a_variable_comes_to_is_said_with_the_verdict():
    found = votes("votes")
    state, code, known = found["boyer-moore"], found["scramble"], found["first-known"]
    assert "Of the 6 values of state answers tell apart 2, and only so much was tested: that is the answer itself" in (
        state.sentence
    )
    assert state.claim.tested.endswith("; only as far as answers tell values apart: 2 of 6 of state")
    assert "claim that with represents" in state.advice
    assert "code has a value of its own for every input: it is the question in another form" in code.sentence
    assert "shuffled they would explain 100 %" in code.sentence
    assert (
        "known explain 72.36 % of the variance at its place; shuffled they would explain 9.68 %, "
        "and the answer alone 70.31 %" in known.sentence
    )


def test_programs_that_reach_the_same_at_one_place_are_named_together(solved):
    def added(x):
        return [(d + 1) % 4 for d in x]

    def fetched(added):
        return added[::-1]

    def first(fetched):
        return fetched

    other = GivenProgram.of(added, fetched, FunctionType(first.__code__, {}, "y"), name="other")
    claims = [
        implements(AT_HEAD, id="fetch"),
        Implements(id="add", program=other, alignment={"fetched[i]": AT_HEAD["digit[i]"]}, each=EACH),
        implements({"digit[i]": "blocks.0.attn.1 @ predicts y[i]"}, id="elsewhere"),
    ]
    fetch, add, elsewhere = check(claims, solved)
    assert (fetch.alike, add.alike, elsewhere.alike) == (("add",), ("fetch",), ())
    assert "adds nothing" in add.sentence or "add nothing to the answer" in add.sentence


def test_pairs_of_a_sample_share_no_input(solved):
    some = Context(solved.subject.on(solved.subject.inputs.take(np.arange(40))))
    verdict = implements(AT_HEAD).check(some)
    assert verdict.coverage.startswith("20 drawn pairs of 40 of 64 inputs, 95 % intervals; ")
    assert verdict.forward_rows == 40 + 3 * 2 * 20 + 40 == implements(AT_HEAD).cost(some)
    one = Context(solved.subject.on(solved.subject.inputs.take(np.arange(1))))
    assert implements(AT_HEAD).check(one).outcome == Outcome.UNDECIDED


def test_more_pairs_are_advised_where_all_inputs_were_there(solved, monkeypatch):
    monkeypatch.setattr("openwork.claims.evidence.program_pairs.ALL_PAIRS", 100)
    assert implements(AT_HEAD, pairs=20).check(solved).advice == "Draw more pairs: pairs = 320."


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ("blocks.0.attn @ x[i+1]", ["blocks.0.attn @ x[i+1]"]),
        ("hook_embed @ x[i+1] + blocks.0.attn.0 @ a+b", ["hook_embed @ x[i+1] ", " blocks.0.attn.0 @ a+b"]),
        ("blocks.0.mlp + blcks.0.attn", ["blocks.0.mlp ", " blcks.0.attn"]),
    ],
)
def test_a_plus_within_a_role_joins_nothing(places, found):
    assert list(places_in(places)) == found


def test_a_role_may_be_counted_on(solved):
    claim = implements({"x[i+1]": "hook_embed @ x[i+1]"}, each={"i": "0..1"})
    assert not list(claim.misfits(TASK, SPEC))
    assert [part.label for part in claim.check(solved).parts] == [
        "x[1] at hook_embed @ x[1]",
        "x[2] at hook_embed @ x[2]",
    ]
