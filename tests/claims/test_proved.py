"""Claims that are proved over the real numbers: a mean, a program, pairs; and what must not be."""

from __future__ import annotations

import json

import numpy as np
import pytest

from openwork.claims import Context, GivenProgram, Implements, Outcome, Proved, parse_claims
from openwork.data import Inputs
from openwork.engines.native.enclosure import Enclosed
from openwork.errors import ClaimError
from openwork.programs import Program, Symbol, program_as_json
from openwork.programs.language import Name, Table
from openwork.programs.program import Output

TEXT = """
def digit(x):
    return x[::-1]

def y(digit):
    return [(d + 1) % 4 for d in digit]
"""
AT_HEAD = {"digit[i]": "blocks.0.attn.0 @ predicts y[i]"}


def digit(x):
    return x[::-1]


def y(digit):
    return [(d + 1) % 4 for d in digit]


def one_off(digit):
    """Differs on one question of 64."""
    return [2 if digit == [3, 3, 3] else (d + 1) % 4 for d in digit]


def of(*functions, name: str = "reverse") -> GivenProgram:
    return GivenProgram.of(*functions, name=name)


@pytest.mark.parametrize(
    ("mean", "outcome"),
    [
        ("blocks.0.attn.1", Outcome.CONFIRMED),
        (["blocks.0.attn.head.1", "blocks.0.attn.2"], Outcome.CONFIRMED),
        ("blocks.0.attn.1 + blocks.0.attn.2", Outcome.CONFIRMED),
    ],
)
def test_what_is_spared_is_proved_so(solved, mean, outcome):
    verdict = Proved(mean=mean).check(solved)
    assert verdict.outcome == outcome, verdict
    assert "set to its mean" in verdict.sentence and len(verdict.parts) == (2 if isinstance(mean, list) else 1)


def test_a_component_whose_mean_breaks_answers_is_refuted(of_circuit):
    """Each answer is two halves that two heads bring; as run the same answers are lost."""
    context = of_circuit("two-hops")
    verdict = Proved(mean="blocks.0.attn").check(context)
    assert verdict.outcome == Outcome.REFUTED and verdict.parts[0].value < 1, verdict
    assert verdict.counterexamples[0].replay.edits[0].site == "blocks.0.hook_attn_out"
    both = Proved(mean=["blocks.0.attn", "blocks.0.attn"]).check(context)
    assert len(both.parts) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mean": "blocks.3.attn"}, "mean: blocks.3.attn"),
        ({"mean": "blocks.0.attn.hook_pattern"}, "is not followed over the real numbers"),
        ({"program": "{}"}, "is not a program"),
        ({"program": "{]"}, "is not a program"),
        ({"margin": -1.0}, "margin"),
        ({"mean": []}, "mean"),
    ],
)
def test_what_is_not_there_is_told_before_anything_runs(solved, fields, said):
    with pytest.raises(ClaimError) as told:
        Proved(**fields).check(solved)
    assert said in str(told.value)


def table(task, answers: dict[int, int]) -> Program:
    """Answers every output with the table's value at the first digit."""
    places = {v.name: v.position for v in task.variables}
    name = next(iter(places))
    expression = Table((Name(name),), tuple(sorted(answers.items())))
    outputs = tuple(Output(out, expression, position) for out, position in zip(task.outputs, task.graded, strict=True))
    return Program((Symbol(name, places[name]),), (), outputs)


def test_a_program_is_proved_equal_and_one_that_differs_on_one_input_is_not(solved):
    same = Proved(program=of(digit, y)).check(solved)
    assert same.outcome == Outcome.CONFIRMED and "the same answers as the program reverse" in same.sentence
    one_off.__name__ = "y"
    other = Proved(program=of(digit, one_off, name="other")).check(solved)
    assert other.outcome == Outcome.REFUTED and other.parts[0].value == 63 / 64
    assert [example.replay.question for example in other.counterexamples] == [63]
    assert "program_digest" in other.claim.fields
    assert Proved(program=of(digit, y), mean="blocks.0.attn.1").check(solved).outcome == Outcome.CONFIRMED


def test_a_program_as_json_is_held_against_the_task(solved):
    program = table(solved.task, {0: 1, 1: 2, 2: 3, 3: 0})
    text = json.dumps(program_as_json(program))
    assert Proved(program=program).program == text
    verdict = Proved(program=text).check(solved)
    assert verdict.outcome == Outcome.REFUTED and 0 < verdict.parts[0].value < 1
    lacking = Proved(program=table(solved.task, {0: 1})).check(solved)  # -1 for what it lacks: no answer at all
    assert lacking.parts[0].value <= 16 / 64
    elsewhere = Program(program.symbols, (), program.outputs[:-1])
    with pytest.raises(ClaimError, match="of other names"):
        Proved(program=elsewhere).check(solved)


def test_a_named_program_waits_until_somebody_gives_it(solved):
    toml = 'format = 1\n[[claim]]\nkind = "proved"\nprogram = "reverse.py"\n'
    [claim] = parse_claims(toml, solved.task, solved.spec, "c.toml", {})
    verdict = claim.check(solved)
    assert verdict.outcome == Outcome.UNDECIDED and "--program reverse.py" in verdict.advice
    [claim] = parse_claims(toml, solved.task, solved.spec, "c.toml", {"reverse.py": of(digit, y)})
    assert claim.check(solved).outcome == Outcome.CONFIRMED
    with pytest.raises(ClaimError, match="does not compute the output"):
        parse_claims(toml, solved.task, solved.spec, "c.toml", {"reverse.py": of(digit)})


def test_of_a_sample_nothing_is_proved(solved):
    few = Context(solved.subject.on(Inputs(8).of(solved.task)))
    assert Proved(mean="blocks.0.attn.1").check(few).outcome == Outcome.UNDECIDED


def implements(alignment, *functions, **more) -> Implements:
    return Implements(program=of(*(functions or (digit, y))), alignment=alignment, each={"i": "outputs"}, **more)


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (implements(AT_HEAD, proved=True), Outcome.CONFIRMED),
        (implements(AT_HEAD, proved=True, sources="near"), Outcome.CONFIRMED),
        (implements({"digit[i]": "blocks.0.attn.1 @ predicts y[i]"}, proved=True), Outcome.REFUTED),
        (implements({"y[i]": "blocks.0.hook_resid_post @ predicts y[i]"}, proved=True), Outcome.VACUOUS),
    ],
)
def test_implements_is_proved_where_it_is_so_and_refuted_where_not(solved, claim, outcome):
    context = Context(solved.subject)
    verdict = claim.check(context)
    assert verdict.outcome == outcome, verdict
    assert "over the real numbers" in verdict.claim.tested
    run = claim.model_copy(update={"proved": None}).check(Context(solved.subject))
    assert [p.value for p in run.parts] == [p.value for p in verdict.parts] and run.outcome == outcome
    assert verdict.forward_rows > run.forward_rows and context.ledger.forward_rows == claim.cost(
        Context(solved.subject)
    )


def test_pairs_that_nobody_knows_of_decide_nothing(solved, monkeypatch):
    """Bounds on both sides of 0, as where radii are large."""

    def wide(engine, stack, dataset, **more):
        n, n_pos = dataset.tokens.shape
        shape = (n, n_pos, stack.spec.n_heads * stack.spec.d_head)
        read = {site: (np.zeros(shape), np.zeros(shape)) for site in more.get("read", ())}
        return Enclosed(np.full(n, -1.0), np.full(n, 1.0), np.zeros(n), read)

    monkeypatch.setattr("openwork.proofs.patched.enclose", wide)
    verdict = implements(AT_HEAD, proved=True).check(solved)
    assert verdict.outcome == Outcome.UNDECIDED and "it is not known" in verdict.sentence
    assert all((p.low, p.high) == (0, 1) for p in verdict.parts)


def test_a_place_that_cannot_be_followed_is_refused(solved):
    with pytest.raises(ClaimError, match="is not followed over the real numbers"):
        implements({"x[i]": "hook_embed @ x[i]"}, proved=True).check(solved)
