from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import pairs_for
from openwork.errors import PlanError


def test_pairs_differ_in_the_variable_and_end_at_the_output(untrained):
    [pairs] = pairs_for(untrained, ["y[1]"], alternatives="all")
    assert (pairs.output, pairs.variable, pairs.position, len(pairs)) == ("y[1]", "x[1]", 4, 54)
    assert pairs.base.tokens.shape == pairs.source.tokens.shape == (54, 5)
    differ = (pairs.base.tokens != pairs.source.tokens).any(axis=0)
    assert list(differ) == [False, False, True, False, False]
    assert (pairs.base.answers != pairs.source.answers).all()
    assert np.array_equal(pairs.wanted.answers, pairs.source.answers) and pairs.wanted.tokens is pairs.base.tokens
    both_ways = {(int(b), int(s)) for b, s in zip(pairs.base.index, pairs.source.index, strict=True)}
    assert both_ways == {(s, b) for b, s in both_ways} and len(both_ways) == 54


def test_a_variable_may_be_named(untrained):
    assert [str(pairs) for pairs in pairs_for(untrained, variable="x[2]")] == ["y[0] <- x[2]"]
    [none] = pairs_for(untrained, ["y[1]"], variable="x[2]")
    assert len(none) == 0


def test_some_of_the_domain(untrained):
    inputs = untrained.inputs.take(np.arange(0, 27, 4))
    found = pairs_for(untrained.on(inputs))
    assert [len(pairs) for pairs in found] == [7, 7, 7]
    assert all(np.array_equal(pairs.base.index, inputs.index) for pairs in found)


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        pairs_for(untrained, ["y[9]"], "x[7]", "al")
    assert [reason.where for reason in told.value.reasons] == ["x[7]", "y[9]", "alternatives"]
