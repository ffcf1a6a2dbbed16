"""A task that a notebook's cell or a program defines: trained, found again by what it asks and answers."""

from __future__ import annotations

import pytest

import openwork as ow
from openwork.tasks.defined import DEFINED


def add(shift: int, bound: int = 4) -> type[ow.Task]:
    def sum_of(a, b):
        """add two numbers and a little"""
        return (a + b + shift) % 4

    return ow.task(a=bound, b=4, training={"epochs": 2}, model={"n_layers": 1})(sum_of)


def always(a):
    return 1


@pytest.fixture
def quick(tmp_path):
    return {"store": tmp_path, "progress": False, "engine": "native"}


def test_it_is_trained_and_its_runs_are_opened_again(quick, tmp_path):
    run = ow.explain(add(0), seed=0, **quick)
    again = ow.open_run(run.stored.name, store=tmp_path, engine="native")
    assert again.stored.task == run.stored.task
    assert again.accuracy.records() == run.accuracy.records()


def test_the_same_questions_and_answers_are_the_same_run_and_others_another(quick):
    names = [ow.explain(task, seed=0, **quick).stored.name for task in (add(0), add(0)(), add(4), add(1), add(0, 3))]
    assert len(set(names[:3])) == 1
    assert len(set(names[2:])) == 3


def test_its_runs_say_so_where_it_is_not_defined(quick, tmp_path):
    run = ow.explain(add(2), seed=0, **quick)
    known = DEFINED.pop("sum-of")
    try:
        with pytest.raises(ow.OpenworkError, match="run that cell again"):
            ow.open_run(run.stored.name, store=tmp_path, engine="native")
    finally:
        DEFINED["sum-of"] = known


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (lambda a: a, "is none"),
        (3, "is none"),
        (ow.task(a=4)(always), "nothing is to be learned"),
        (ow.task(a=4)(lambda a: 1), "cannot be typed easily"),
        (ow.task(a=4)(lambda a: None), "needs a `return`"),
        (ow.task(a=4)(lambda a: a / 1), "divide with //"),
        (ow.task(a=4)(lambda a: exit(3)), "raises SystemExit"),
    ],
)
def test_what_is_no_task_is_told_before_anything_trains(task, told, quick, tmp_path):
    with pytest.raises(ow.OpenworkError, match=told):
        ow.explain(task, seed=0, **quick)
    assert not list(tmp_path.iterdir())


def test_a_class_must_be_in_a_file(quick):
    class Mine(type(ow.make_task("palindrome"))):
        name = "mine"

    with pytest.raises(ow.OpenworkError, match="could not be opened again"):
        ow.train(Mine, **quick)


def test_parameters_are_not_given_twice(quick):
    with pytest.raises(ow.OpenworkError, match="has its parameters already"):
        ow.train(ow.make_task("palindrome"), params={"length": 4}, **quick)
