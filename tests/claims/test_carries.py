from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.claims import Carries, Context, Outcome
from openwork.engines import choose_engine
from openwork.interventions import Patch
from openwork.models import spec_for, stack_of, weight_shapes
from openwork.tasks import Task, Variable, Vocabulary

EACH = {"i": "outputs"}


def carries(component="blocks.0.attn.0", variable="x[n-1-i]", output="y[i]", each=EACH, **more) -> Carries:
    return Carries(component=component, variable=variable, output=output, each=each, **more)


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (carries(at="predicts y[i]"), Outcome.CONFIRMED),
        (carries(), Outcome.CONFIRMED),
        (carries(component="blocks.0.attn"), Outcome.CONFIRMED),
        (carries(component="blocks.0.attn.1 + blocks.0.attn.0", at="predicts y[i]"), Outcome.CONFIRMED),
        (carries(component="hook_embed", at="x[n-1-i]"), Outcome.VACUOUS),
        (carries(component="hook_embed", at=["BOS", "x[n-1-i]"]), Outcome.VACUOUS),
        (carries(component="hook_embed"), Outcome.VACUOUS),
        (carries(component="blocks.0.hook_resid_post"), Outcome.VACUOUS),
        (carries(component="blocks.0.attn", at="y[1]", variable="x[1]", output="y[1]", at_most=0.1), Outcome.VACUOUS),
        (carries(component="blocks.0.attn.1"), Outcome.REFUTED),
        (carries(component="blocks.0.attn.1", at_most=0.1), Outcome.CONFIRMED),
        (carries(at_most=0.1), Outcome.REFUTED),
        (carries(at="x[n-1-i]"), Outcome.MIXED),  # x[2] stands where y[0] is predicted
        (carries(component="blocks.0.attn.0", at="predicts y[0]", output="y[0]"), Outcome.UNDECIDED),
    ],
)
def test_what_a_head_carries(on_each_engine, claim, outcome):
    context = on_each_engine("attention-increments")
    assert not list(claim.misfits(context.task, context.spec))
    assert claim.check(context).outcome == outcome


def test_a_model_that_looks_at_the_wrong_place_is_not_judged(wrong):
    assert carries().check(wrong).outcome == Outcome.UNDECIDED


def test_coverage_and_effect(solved):
    verdict = carries(at="predicts y[i]").check(solved)
    assert verdict.coverage == "64 of 64 inputs x 3 alternatives"
    assert verdict.effect.value == 1
    assert [part.label for part in verdict.parts] == ["x[2] → y[0]", "x[1] → y[1]", "x[0] → y[2]"]


def test_a_variable_that_decides_nothing_cannot_be_carried(solved):
    verdict = carries(variable="x[0]", output="y[0]", each=()).check(solved)
    assert verdict.outcome == Outcome.UNDECIDED
    assert verdict.sentence == "No other value of x[0] changes the right answer to y[0]."
    assert verdict.coverage.endswith("of which 0 of 192 pairs change the answer")


def test_counterexamples_say_which_pair_and_how_to_run_it_again(solved):
    verdict = carries("blocks.0.attn.1", "x[0]", "y[2]", each=(), at="predicts y[2]").check(solved)
    first = verdict.counterexamples[0]
    said = "x = 0 0 0: with blocks.0.attn.1 from the run where x[0] is 1, y[2] should become 2, the model says 1"
    assert str(first) == said
    assert (first.replay.question, first.replay.other, first.replay.output) == (0, 16, "y[2]")
    assert first.replay.edits == (Patch("blocks.0.attn.hook_z", (5,), (1,), source="other"),)
    assert len(verdict.counterexamples) == 10


def test_some_inputs_leave_room_for_doubt(solved):
    few = Context(solved.subject.on(solved.subject.inputs.take(np.arange(0, 64, 4))))
    verdict = carries(variable="x[1]", output="y[1]", each=()).check(few)
    assert verdict.outcome == Outcome.UNDECIDED
    assert verdict.parts[0].low < 0.9 < verdict.parts[0].value == 1


class Twice(Task):
    """Say the digit twice: the second time it can be read off the first answer, which the model is shown."""

    name, summary, params = "twice", "the digit, twice", {}
    vocabulary = Vocabulary(("0", "1", "2"))
    variables = (Variable("x", 3, 0),)
    n_pos, n_ctx, graded, outputs = 2, 2, (0, 1), ("y[0]", "y[1]")
    roles = {"x": 0, "predicts y[0]": 0, "y[0]": 1, "predicts y[1]": 1}  # noqa: RUF012

    def tokens(self, questions):
        return np.repeat(questions, 2, axis=1)

    answers = tokens

    def deciding_variable(self, output):
        return "x"


@pytest.mark.parametrize("engine", ["native", "torch"])
def test_an_answer_that_leaks_from_a_teacher_forced_output_is_not_carried(engine):
    task = Twice()
    spec = spec_for(task, n_layers=1, d_model=3, n_heads=1, d_head=1, attn_only=True, normalization_type=None)
    weights = {name: np.zeros((1, *shape)) for name, shape in weight_shapes(spec).items()}
    weights["embed.W_E"][0] = weights["unembed.W_U"][0] = np.eye(3)
    context = Context(Subject.of(choose_engine(spec, engine, 1).engine, stack_of(spec, weights), task))
    leak = {"component": "hook_embed", "variable": "x", "output": "y[1]", "at": "y[0]", "each": ()}
    verdict = carries(**leak).check(context)
    assert verdict.outcome == Outcome.REFUTED
    assert 'forced = "changed"' in verdict.advice
    assert carries(**leak, forced="changed").check(context).outcome == Outcome.CONFIRMED
    assert carries(**leak | {"output": "y[0]", "at": "x"}).check(context).outcome == Outcome.VACUOUS
