from __future__ import annotations

import pytest

from openwork.analyses.routes.screening import Screened
from openwork.analyses.routes.smallest import smallest


@pytest.mark.parametrize(
    ("works", "expected"),
    [
        (lambda s: "b" in s, "b"),
        (lambda s: {"a", "c"} <= s, "ac"),
        (lambda s: bool(s & {"a", "c"}), "ac"),  # either alone: both count
        (lambda s: len(s) >= 2, "cd"),  # any two: the weakest alone go first
        (lambda s: False, "abcd"),
    ],
    ids=["one", "both", "either", "any-two", "nothing"],
)
def test_smallest(works, expected):
    items = tuple("abcd")
    weak = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}

    def judged(sets):
        return [Screened(works(set(chosen)), weak[chosen[0]] if len(chosen) == 1 else 1.0) for chosen in sets]

    assert smallest(items, judged([(item,) for item in items]), judged) == tuple(expected)
