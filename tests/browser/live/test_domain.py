"""The page's questions, answers and changed questions against Python's, of a task whose variables are not free too."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.data import change_variable
from openwork.engines.native import NativeEngine
from openwork.models import initial_stack, spec_for
from openwork.page import payload
from openwork.tasks import ReverseIncrement, Task
from openwork.tasks.balanced_brackets import BalancedBrackets
from openwork.tasks.palindrome import Palindrome

from .conftest import numbers

TASKS: list[Task] = [ReverseIncrement(3, 4), BalancedBrackets(6), Palindrome(3, 4)]


@pytest.fixture(params=TASKS, ids=str)
def small(request: pytest.FixtureRequest) -> Subject:
    task = request.param
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    return Subject.of(NativeEngine(1), initial_stack(spec, [0]), task)


def asked(tab, subject, script, *more):
    held = payload(subject)
    return numbers(
        tab.evaluate(
            f"async ([held, more]) => page.sent(({script})(await live.readDomain(held), more))",
            [{"task": held["task"], "domain": held["domain"]}, more],
        )
    )


def test_tokens_answers_and_values(tab, small):
    inputs = small.inputs
    assert asked(tab, small, "domain => domain.tokens().ids").tolist() == inputs.tokens.ravel().tolist()
    assert asked(tab, small, "domain => domain.everyAnswer()").tolist() == inputs.answers.ravel().tolist()
    questions = small.task.questions(inputs.index)
    each = "domain => Array.from({length: domain.rows}, (_, row) => domain.values(domain.questionOf(row))).flat()"
    assert asked(tab, small, each).tolist() == questions.ravel().tolist()
    back = "domain => Array.from({length: domain.rows}, (_, row) => domain.question(domain.values(row)))"
    assert asked(tab, small, back).tolist() == list(range(len(inputs)))


def test_a_variable_changed(tab, small):
    variable = small.task.variables[1]
    for how in ({"shift": 1}, {"seed": 6}):
        script = "(domain, [variable, how]) => live.changedRows(domain, variable, how)"
        found = asked(tab, small, script, variable.name, how)
        expected = change_variable(small.task, small.inputs, variable.name, **how)
        assert found.tolist() == expected.index.tolist()
        assert np.array_equal(expected.index, np.arange(len(found))) == (found.tolist() == list(range(len(found))))


def test_some_questions_are_found_by_their_numbers(tab, small):
    some = small.on(small.inputs.take(np.array([20, 3, 11])))
    assert asked(tab, some, "domain => [20, 3, 11, 4].map((q) => domain.rowOf(q))").tolist() == [0, 1, 2, -1]
    assert asked(tab, some, "domain => [0, 1, 2].map((row) => domain.questionOf(row))").tolist() == [20, 3, 11]
    values = small.task.questions(np.array([11]))[0].tolist()
    assert asked(tab, some, "(domain, values) => [domain.question(values)]", *values).tolist() == [11]


def test_a_question_that_the_page_does_not_hold_is_laid_out_and_answered_by_the_rule(tab, small):
    some = small.on(small.inputs.take(np.arange(0, len(small.inputs), 2)))
    values = small.task.questions(np.array([1]))
    found = asked(tab, some, "(domain, values) => domain.tokensOf(values)?.ids ?? []", *values[0].tolist())
    assert found.tolist() == small.task.tokens(values)[0].tolist()
    right = asked(tab, some, "(domain, values) => domain.rightOf(values)", *values[0].tolist())
    assert right.tolist() == small.task.answers(values)[0].tolist()


def test_without_a_rule_nothing_is_made_up(tab, small):
    class Otherwise(type(small.task)):
        pass

    task = small.task
    other = Otherwise(**task.params)
    subject = Subject.of(small.engine, small.stack, other)
    some = subject.on(subject.inputs.take(np.arange(0, len(subject.inputs), 2)))
    values = task.questions(np.array([1]))
    assert asked(tab, some, "(domain, values) => domain.rightOf(values) ?? []", *values[0].tolist()).tolist() == []
    found = asked(tab, some, "(domain, values) => domain.tokensOf(values)?.ids ?? []", *values[0].tolist())
    forced = isinstance(task, ReverseIncrement)  # the model sees answers
    assert found.tolist() == ([] if forced else task.tokens(values)[0].tolist())


def test_what_no_question_has_cannot_be_laid_out(tab, small):
    values = [variable.values for variable in small.task.variables]
    assert asked(tab, small, "(domain, values) => domain.tokensOf(values)?.ids ?? []", *values).tolist() == []


def test_every_value_is_written_as_its_token_also_where_it_comes_late(tab, subject):
    found = tab.evaluate("async () => (await page.domain).layout.ids")
    assert found == [[0, 1, 2, 3]] * 8
