from __future__ import annotations

import copy
import re

import pytest

from openwork import errors
from openwork.errors import OpenworkError, Reason, StoreError, TaskError, UnknownRun, suggestion


def test_an_error_prints_every_reason_with_where_and_how_to_mend():
    error = TaskError("there is no such task", [Reason("base", "1 is too small", "2 or more"), Reason("", "no length")])
    assert str(error) == "there is no such task\n  - base: 1 is too small (2 or more)\n  - no length"
    assert str(TaskError("no", Reason("base", "is odd"))) == "no\n  - base: is odd"


def test_an_error_can_be_copied_to_another_process():
    error = UnknownRun("unknown run", Reason("abc", "no run has this name"))
    again = copy.deepcopy(error)
    assert type(again) is UnknownRun
    assert (again.title, again.reasons, str(again)) == (error.title, error.reasons, str(error))


def test_the_tree_at_the_top_is_the_tree():
    drawn = re.findall(r"^ +[│├└─ ]*([A-Z]\w+)  +[a-z]", errors.__doc__, re.MULTILINE)
    kinds = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and kind is not Reason}
    kinds = {name: kind for name, kind in kinds.items() if kind.__module__ == errors.__name__}
    assert sorted(kinds) == sorted(drawn)
    assert all(issubclass(kind, OpenworkError) for kind in kinds.values())
    assert {kind.__name__ for kind in StoreError.__subclasses__()} == {"UnknownRun", "StoreNotWritable", "StoreTooNew"}


@pytest.mark.parametrize(
    ("name", "known", "told"),
    [
        ("revers-increment", ["reverse-increment", "sort"], "did you mean 'reverse-increment'?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [], "none is known"),
        ("zzz", [f"{i:02}" for i in range(30)], "known: " + ", ".join(f"{i:02}" for i in range(24)) + " and 6 more"),
    ],
)
def test_a_misspelt_name_gets_the_nearest(name, known, told):
    assert suggestion(name, known) == told
