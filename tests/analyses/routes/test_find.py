"""Routes of the two solved models, as an independent judge has them, and what every search keeps to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.analyses.pairs import pairs_for
from openwork.analyses.routes import Route, Routes, find_routes, routes_from_json
from openwork.analyses.routes.following import Following
from openwork.analyses.routes.means import Means
from openwork.analyses.routes.search import Search
from openwork.errors import PlanError
from openwork.models import initial_stack, spec_for
from openwork.tasks import Numbers, Task, Tokens, Variable, Vocabulary

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
    assert routes_from_json(kept, sampled.inputs) == sampled and routes_from_json(kept, sampled.inputs + 1) is None


def test_the_first_version_is_read(sampled):
    """It had places without the number of drawn pairs, for there were none, and did not say what cannot be changed."""
    kept = json.loads(json.dumps(sampled.as_json())) | {"version": 1}
    del kept["fixed"]
    for route in kept["routes"]:
        del route["screened"]
        route["places"] = [[place, rate] for place, rate, _ in route["places"]]
    read = routes_from_json(kept)
    assert read.readings == sampled.readings and read.fixed == () and read.doubt == 0
    assert all(tried.drawn is None for route in read.routes for tried in route.places)


def test_drawn_pairs_find_what_all_pairs_do(solved, sampled):
    """Every part of the answer but the shares of single places and edges, which are of drawn pairs and say so."""
    assert 0 < sampled.doubt < 1e-8 and "below 1 in 125,000,000" in sampled.screening
    subject = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 29)))
    for route in sampled.routes[3:8:2]:
        [pairs] = (p for p in pairs_for(subject, None, route.variable, "all") if p.output == route.output)
        found = Search(Following(subject, pairs), Means(subject), 0.9, first=len(pairs)).found()
        assert (found.whole, found.explained, found.kind) == (route.whole, route.explained, route.kind)
        assert found.paths == route.paths
        assert route.screened and not found.screened
        shown = (*route.places, *route.edges)
        for every, drawn in zip((*found.places, *found.edges), shown, strict=True):
            assert every[:-2] == drawn[:-2] and drawn.drawn is not None
            assert every.drawn is None and drawn.rate == pytest.approx(every.rate, abs=0.15)


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
    assert (
        whole.inputs == 27 == find_routes(untrained, most_work=2e6, every=True).inputs
        and 1 <= some.inputs < 27
        and f"{some.inputs} of 27 inputs" in some.coverage
    )
    weights = 1.0 * untrained.stack.flat.size * untrained.task.n_pos
    assert some.forward_rows * weights < 4e6


def test_steps_go_on_to_the_end(untrained):
    steps = []
    found = find_routes(untrained, watch=steps.append)
    done = [step.done for step in steps]
    assert done == sorted(done) and done[0] == 0 and done[-2] < 1 == done[-1]
    assert steps[-1].forward_rows == found.forward_rows
    said = list(dict.fromkeys(step.what for step in steps))
    assert said == ["routes"] + [
        f"{what}, variable {k + 1} of 3" for k in range(3) for what in (f"x[{k}]", f"y[{2 - k}] <- x[{k}]")
    ]


def test_every_mistake_is_told(untrained):
    with pytest.raises(PlanError) as told:
        find_routes(untrained, ["y[0]", "y[7]", "x"], at_least=1.5, alternatives="al")
    assert [reason.where for reason in told.value.reasons] == ["y[7]", "x", "at_least", "alternatives"]


def test_heads_are_told_apart_in_summaries_and_not_in_mechanisms(untrained):
    found = find_routes(untrained)
    assert replace(found, routes=()).mechanism == () and replace(found, routes=()).explained == 0


class Twins(Task):
    """The same digit twice, and it is the answer: neither can be changed alone. `BOS a b`."""

    name, summary = "twins", "say what is there twice"
    params: Mapping[str, int] = {}
    vocabulary = Vocabulary(("0", "1", "2", "BOS"))
    variables = (Variable("a", 3, 1), Variable("b", 3, 2))
    n_pos, n_ctx, graded, outputs = 3, 3, (2,), ("y",)
    roles: Mapping[str, int] = {"BOS": 0, "a": 1, "b": 2, "predicts y": 2}
    domain_size = 3

    def valid(self, questions: Tokens) -> NDArray[np.bool_]:
        return questions[:, 0] == questions[:, 1]

    def questions(self, numbers: Numbers) -> Tokens:
        return np.stack([numbers, numbers], axis=1).astype(np.int32)

    def numbers(self, questions: Tokens) -> Numbers:
        return questions[:, 0].astype(np.int64)

    def tokens(self, questions: Tokens) -> Tokens:
        return np.pad(questions, ((0, 0), (1, 0)), constant_values=3)

    def answers(self, questions: Tokens) -> Tokens:
        return questions[:, :1]

    def deciding_variable(self, output: str) -> str | None:
        return None


def test_what_cannot_be_changed_alone_is_not_said_to_decide_nothing(engine):
    spec = spec_for(Twins(), n_layers=1, d_model=4, n_heads=1, d_head=2, attn_only=True)
    found = find_routes(Subject.of(engine, initial_stack(spec, [0]), Twins()))
    assert found.routes == () and found.fixed == ("a", "b")
    assert found.summary == (
        "No route can be sought for a, b: where one is changed alone, no input is a question of the task any more."
    )
    assert routes_from_json(json.loads(json.dumps(found.as_json()))) == found
