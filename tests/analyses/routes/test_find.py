"""Routes of the two solved models, as an independent judge has them, and what every search keeps to."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from openwork.analyses.routes import Route, Routes, find_routes, routes_from_json
from openwork.errors import PlanError

FIRST, SECOND = "blocks.0.attn.head.0", "blocks.1.attn.head.0"
TWO_HOPS = {6: 3, 7: 5}
"""outputs of model A, and the position that layer 0 writes their digit to"""


@pytest.fixture(scope="module")
def sampled(solved) -> Routes:
    """On every 29th input, with every other value of the digit: 3 x 2,260 pairs for an output."""
    return find_routes(solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 29))))


def moves(route: Route) -> list[tuple[str, int, int]]:
    assert route.kind == "one"
    return [tuple(hop) for hop in route.paths[0].hops]


def test_the_paths_of_the_solved_models(solved, sampled):
    by_layer_1 = {"model_A": {3, 5}, "model_B": set()}[solved.name]
    two_hops = TWO_HOPS if solved.name == "model_A" else {}
    for i, route in enumerate(sampled.routes):
        token, query = 8 - i, 8 + i
        expected = [(SECOND if i in by_layer_1 else FIRST, token, query)]
        if i in two_hops:
            expected = [(FIRST, token, two_hops[i]), (SECOND, two_hops[i], query)]
        assert (route.output, route.variable) == (f"y[{i}]", f"x[{7 - i}]")
        assert moves(route) == ([] if i == 0 else expected)
        assert route.whole == 1 and route.explained > 0.98
    assert sampled.explained > 0.99


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_the_places_of_model_A(solved, sampled):
    """The digit of y3 and y5 stays and is fetched; that of y6 and y7 is written elsewhere first."""
    routes = {route.output: route for route in sampled.routes}
    for output, holds in (("y[3]", 5), ("y[5]", 3), ("y[6]", 3), ("y[7]", 5)):
        route = routes[output]
        for position in range(route.token, route.query + 1):
            rate = route.rate_at("blocks.1.hook_resid_pre", position)
            assert rate == pytest.approx(float(position == holds), abs=0.02)
    for output, written in (("y[6]", 3), ("y[7]", 5)):
        assert routes[output].rate_at(FIRST, written) > 0.99
        assert routes[output].rate_at(FIRST, routes[output].query) < 0.01


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_readings(sampled):
    assert sampled.readings[0] == "y[0] <- x[7]: direct, read where it stands"
    assert sampled.readings[5] == "y[5] <- x[2]: layer-1 head 0 from the position of x[2]"
    there = "layer-0 head 0 from the position of x[1] to that of x[2], then layer-1 head 0 from there"
    assert sampled.readings[6] == f"y[6] <- x[1]: {there}"
    assert sampled.summary.startswith("8 routes: 1 direct, 5 in one hop, 2 in two hops; ")
    assert sampled.coverage == "2,260 of 65,536 inputs, every other value of each variable"


def test_it_comes_back_from_json(sampled):
    kept = json.loads(json.dumps(sampled.as_json()))
    assert routes_from_json(kept) == sampled
    assert routes_from_json(kept | {"version": 0}) is None


def test_records_have_one_row_for_a_path(sampled):
    rows = sampled.records()
    assert [row["output"] for row in rows] == [f"y[{i}]" for i in range(8)]
    assert {tuple(row) for row in rows} == {tuple(rows[0])}


def test_only_some_outputs(untrained):
    routes = find_routes(untrained, ["y[2]", "y[0]"])
    assert [route.output for route in routes.routes] == ["y[0]", "y[2]"]
    assert [route.output for route in routes.of(["y[2]"]).routes] == ["y[2]"]
    with pytest.raises(PlanError, match=r"y\[9\].*no route"):
        routes.of(["y[9]"])


def test_one_drawn_alternative(untrained):
    every, one = (find_routes(untrained, alternatives=kind) for kind in ("all", "one"))
    assert [route.pairs for route in every.routes] == [54] * 3 and [route.pairs for route in one.routes] == [27] * 3
    assert "one drawn other value" in one.coverage


def test_where_all_inputs_are_too_much_work_some_are_taken(untrained):
    whole, some = find_routes(untrained), find_routes(untrained, most_work=2e6)
    assert whole.inputs == 27 and 1 <= some.inputs < 27 and f"{some.inputs} of 27 inputs" in some.coverage
    weights = 1.0 * untrained.stack.flat.size * untrained.task.n_pos
    assert some.forward_rows * weights < 4e6


def test_steps_go_on_to_the_end(untrained):
    steps = []
    found = find_routes(untrained, watch=steps.append)
    done = [step.done for step in steps]
    assert done == sorted(done) and done[0] == 0 and done[-2] < 1 == done[-1]
    assert steps[-1].forward_rows == found.forward_rows
    assert {step.what for step in steps[:-1]} == {"y[0] <- x[2]", "y[1] <- x[1]", "y[2] <- x[0]"}


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        find_routes(untrained, ["y[0]", "y[7]", "x"], at_least=1.5, alternatives="al")
    assert [reason.where for reason in told.value.reasons] == ["y[7]", "x", "at_least", "alternatives"]


def test_heads_are_told_apart_in_summaries_and_not_in_mechanisms(untrained):
    found = find_routes(untrained)
    assert replace(found, routes=()).mechanism == () and replace(found, routes=()).explained == 0
