"""Labels of heads from which what an MLP makes of them follows by a rule are told from those that take a table."""

from __future__ import annotations

from itertools import product

import numpy as np

from openwork.programs.decompile.features import Feature
from openwork.programs.decompile.labels import Label, compact
from openwork.programs.decompile.quantise import plainly
from openwork.programs.language import Count, CountBelow, Expression, Name, Sum

X = tuple(Name(f"x[{i}]") for i in range(5))
ROWS = np.array(list(product(range(4), repeat=5)))
KNOWN = {name.name: ROWS[:, i] for i, name in enumerate(X)}
LEAST = ROWS.min(axis=1)


def label(*expressions: Expression) -> Label:
    features = tuple(Feature(e.text(), e.values(KNOWN), 2.0, e) for e in expressions)
    codes, classes = compact([feature.column for feature in features])
    return Label(features, codes, classes, 0.95, np.zeros(classes, np.int64))


def test_what_follows_by_a_rule_is_told_from_what_takes_a_table():
    counts = label(Count(X, 0), CountBelow(X, 2), CountBelow(X, 3))
    muddled = label(CountBelow(X, 2), Sum(X), Count(X, 0))
    for held in (counts, muddled):
        assert compact([held.codes, LEAST])[1] == held.classes
    assert plainly([counts], LEAST, 4)
    assert not plainly([muddled], LEAST, 4)


def test_what_does_not_follow_follows_in_no_way():
    assert not plainly([label(Count(X, 0))], LEAST, 4)
    assert plainly([label(Count(X, 0)), label(CountBelow(X, 2), CountBelow(X, 3))], LEAST, 4)
