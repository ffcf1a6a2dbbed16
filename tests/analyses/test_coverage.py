from __future__ import annotations

import pytest

from openwork.analyses import Subject, all_asked, said_of
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.tasks import ReverseIncrement


def test_only_where_all_were_asked_it_says_every():
    assert all_asked(8, drawn=False) == "every input"
    assert all_asked(10_000, drawn=True) == "all 10,000 drawn questions"


@pytest.mark.parametrize(("most", "expected"), [(None, "every input"), (5, "all 5 drawn questions")])
def test_a_subject_knows_what_it_was_asked(most, expected):
    task = ReverseIncrement(2, 3)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [1]), task, Inputs(most))
    assert subject.all_asked == expected


@pytest.mark.parametrize("said", ["every input", "all inputs", "every question of the domain", "the whole domain"])
def test_a_text_that_speaks_of_all_is_said_of_those_that_were_asked(said):
    assert said_of(f"Right on {said}.", "all 5 drawn questions") == "Right on all 5 drawn questions."
