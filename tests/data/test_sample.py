"""Drawing questions: frozen bits, and what each way of drawing promises."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data import DataSplit, Inputs, change_variable, dataset_of, draw, drawn_inputs, enumerate_domain, parts_of
from openwork.data.parts import is_held_out
from openwork.errors import RecipeError, TaskError
from openwork.tasks import BalancedBrackets, Palindrome, ReverseIncrement, RunningSumSign

SMALL, LARGE = Palindrome(3, 4), Palindrome()


def test_the_bits_of_a_sample_are_frozen():
    assert draw(LARGE, 2).index.tolist() == [898631192724744348697619173, 429401882269244318736532092717]
    assert draw(RunningSumSign(5, 9), 1, seed=3).tokens.tolist() == [[7, 2, 2, 0, 10, 4, 5, 3, 1]]


def test_a_seed_decides_the_sample_and_a_larger_one_begins_alike():
    one, more, other = draw(LARGE, 1500, 1), draw(LARGE, 2500, 1), draw(LARGE, 1500, 2)
    np.testing.assert_array_equal(one.tokens, more.tokens[:1500])
    assert (one.tokens != other.tokens).any()
    assert (one.sample_seed, one.take(np.arange(3)).sample_seed) == (1, None), "chosen rows are no sample any more"


def test_a_sample_of_numbers_too_large_for_a_machine_can_be_asked_again_by_number():
    drawn = draw(LARGE, 50)
    assert max(drawn.index) > 2**63
    again = dataset_of(LARGE, drawn.index)
    np.testing.assert_array_equal(again.tokens, drawn.tokens)
    np.testing.assert_array_equal(again.answers, drawn.answers)


@pytest.mark.parametrize(
    ("task", "most", "inputs", "seed"),
    [
        (SMALL, None, 81, None),
        (SMALL, 81, 81, None),
        (SMALL, 80, 80, 7),
        (LARGE, None, 10_000, 7),
        (LARGE, 12, 12, 7),
        (ReverseIncrement(4, 12), None, 10_000, 7),
    ],
)
def test_everything_is_measured_where_that_is_no_more_than_asked_for(task, most, inputs, seed):
    found = Inputs(most, seed=7).of(task)
    assert (len(found), found.sample_seed) == (inputs, seed)


def test_no_inputs_are_refused():
    with pytest.raises(TaskError, match="inputs: 0 is below 1"):
        Inputs(0)


def test_a_domain_that_is_too_large_is_not_enumerated():
    with pytest.raises(TaskError, match=r"its questions are about 6\.7e29 \(draw a sample"):
        enumerate_domain(LARGE)


def test_a_held_out_question_is_never_trained_on():
    """Of a small domain, so that everything is drawn often."""
    task, split = BalancedBrackets(4), DataSplit(inputs=400, held_out=0.3, fresh=True, seed=1)
    trained_on, held_out = parts_of(task, split)
    assert (len(trained_on), len(held_out)) == (280, 120)
    again = drawn_inputs(task, split, 0)
    np.testing.assert_array_equal(again.index, trained_on.index)
    one, two = (drawn_inputs(task, split, epoch) for epoch in (1, 2))
    assert one.index.tolist() != two.index.tolist()
    seen = {*trained_on.index, *one.index, *two.index}
    assert not seen & set(held_out.index)
    assert len(seen | set(held_out.index)) >= 29, "of 30"


def test_the_share_held_out_of_all_questions_is_the_share_asked_for():
    rows = Inputs(5000).of(LARGE)
    for share in (0.1, 0.5):
        found = is_held_out(DataSplit(inputs=10, held_out=share), LARGE.questions(rows.index)).mean()
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / 5000)


def test_which_questions_are_held_out_is_frozen():
    asked = enumerate_domain(BalancedBrackets(3))
    found = is_held_out(DataSplit(inputs=9, held_out=0.4), BalancedBrackets(3).questions(asked.index))
    assert np.flatnonzero(found).tolist() == [2, 3, 7, 9, 13]


class Stuck(Palindrome):
    """A sampler that knows two questions."""

    def sample(self, draws, n):
        return np.repeat(draws.integers(2, n)[:, None], self.length, axis=1).astype(np.int32)


@pytest.mark.parametrize(
    ("task", "split", "told"),
    [
        (Stuck(), DataSplit(inputs=30, held_out=0.1), "3 are wanted, and drawing from .* finds none"),
        (LARGE, DataSplit(), r"split.inputs: the questions .* are about 6.7e29 \(draw some of them"),
    ],
)
def test_questions_that_cannot_be_had(task, split, told):
    with pytest.raises(RecipeError, match=told):
        parts_of(task, split)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"fresh": True}, "say in inputs how many"),
        ({"inputs": 9, "kind": "lexicographic"}, "leave inputs out"),
        ({"inputs": 0}, "greater than or equal to 1"),
    ],
)
def test_a_split_that_cannot_be(fields, told):
    with pytest.raises(ValueError, match=told):
        DataSplit(**fields)


def test_a_split_of_the_whole_domain_is_written_as_it_always_was():
    assert set(DataSplit().model_dump()) == {"kind", "held_out", "seed"}
    assert DataSplit(**DataSplit(inputs=5, fresh=True).model_dump()) == DataSplit(inputs=5, fresh=True)


def test_a_bracket_can_be_turned_and_nothing_else_can_be_changed():
    task = BalancedBrackets(4)
    base = enumerate_domain(task)
    for place in range(5):
        changed = change_variable(task, base, f"b[{place}]")
        before, after = task.questions(base.index), task.questions(changed.index)
        brackets = before[:, place] >= 2
        np.testing.assert_array_equal(after[brackets, place], 5 - before[brackets, place])
        np.testing.assert_array_equal(np.delete(after, place, axis=1), np.delete(before, place, axis=1))
        np.testing.assert_array_equal(after[~brackets], before[~brackets])


def test_the_shifts_together_are_all_changes():
    task = BalancedBrackets(4)
    base = enumerate_domain(task)
    moved = sum(change_variable(task, base, "b[1]", shift).index != base.index for shift in (1, 2, 3))
    np.testing.assert_array_equal(moved, task.questions(base.index)[:, 1] >= 2)
