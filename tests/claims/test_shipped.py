"""Claims that ship for a task fit every size of it, come after an article's, and hold of what its recipe makes."""

from __future__ import annotations

import pytest

from openwork.analyses import Subject
from openwork.claims import Context, Outcome, article_for, check, instead_for, shipped_for
from openwork.claims.shipped import ARTICLES, INSTEAD
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.tasks import ModularAddition, Palindrome, ReverseIncrement, make_task
from openwork.training import TrainingState, named_experiment, train

OTHER_SIZES = {
    "reverse-increment": {"base": 2, "length": 3},
    "modular-addition": {"p": 2},
    "modular-polynomial": {"p": 2},
    "permutation-composition": {"n": 2},
    "maximum": {"length": 2},
    "majority": {"length": 20},
    "parity": {"length": 2},
    "copy": {"base": 2, "length": 1},
    "reverse": {"base": 2, "length": 1},
    "caesar-shift": {"base": 2, "length": 1},
    "induction": {"letters": 2, "length": 2},
}


@pytest.mark.parametrize("name", INSTEAD)
def test_they_fit_the_model_that_the_recipe_makes_and_the_task_at_other_sizes(name):
    task = make_task(name)
    assert instead_for(task, named_experiment(name, task).spec)
    assert instead_for(make_task(name, OTHER_SIZES[name]))


def test_an_article_comes_first_then_our_own_then_nothing():
    assert shipped_for(ReverseIncrement()) == article_for(ReverseIncrement()) != ()
    assert "modular-addition" not in ARTICLES and shipped_for(ModularAddition()) == instead_for(ModularAddition()) != ()
    assert shipped_for(Palindrome()) == ()


@pytest.mark.parametrize("name", ["maximum", "modular-addition", "reverse"])
def test_they_hold_of_a_trained_model(name):
    experiment = named_experiment(name)
    engine = choose_engine(experiment.spec, "native", 1).engine
    *_, last = train(engine, experiment, TrainingState.fresh(experiment.spec, [0]))
    assert [p.status for p in last.progress] == ["solved"]
    subject = Subject.of(engine, last.state.stack, experiment.task, Inputs())
    verdicts = check(shipped_for(experiment.task), Context(subject, experiment))
    assert {v.claim.id: v.outcome for v in verdicts} == dict.fromkeys([v.claim.id for v in verdicts], Outcome.CONFIRMED)
    assert len(verdicts) >= 4
