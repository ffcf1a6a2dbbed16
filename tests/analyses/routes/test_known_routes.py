"""Routes of models whose weights are set by hand: what is found must be what was built."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openwork.analyses.routes import Hop, Route, RoutePath, find_routes, screening
from openwork.analyses.routes.wording import reading
from openwork.tasks import ReverseIncrement


def hops(route, path=0):
    return [(hop.head.removeprefix("blocks."), hop.source, hop.target) for hop in route.paths[path].hops]


def only(subject, output):
    found = find_routes(subject, [output])
    assert [route.output for route in found.routes] == [output]
    return found, found.routes[0]


def test_one_hop_by_position(bench, engine):
    made = bench()
    made.head(0, 0, made.mirror(), made.plus(1))
    found = find_routes(made.subject(engine))
    assert [route.kind for route in found.routes] == ["one"] * 3
    assert [hops(route) for route in found.routes] == [[("0.attn.head.0", 3 - i, 3 + i)] for i in range(3)]
    assert found.explained == 1 and all(route.whole == 1 and route.pairs == 3 * 64 for route in found.routes)
    assert found.readings[0] == "y[0] <- x[2]: layer-0 head 0 at its own position"
    assert found.readings[2] == "y[2] <- x[0]: layer-0 head 0 from the position of x[0]"


def test_direct(bench, engine):
    """y[0]'s digit stands where it is predicted; no head looks anywhere but at BOS, which has no digit."""
    made = bench(n_layers=2)
    made.read_directly(1)
    found, route = only(made.subject(engine), "y[0]")
    assert (route.kind, route.explained, hops(route)) == ("one", 1, [])
    assert found.readings == ("y[0] <- x[2]: direct, read where it stands",)
    assert [(e.sender, e.receiver, e.rate) for e in route.edges] == [(("hook_embed", 3), ("logits", 3), 1.0)]


def test_two_hops(bench, engine):
    """x[0], at position 1, is copied to position 2 and fetched from there for y[2], predicted at position 5."""
    made = bench(n_layers=2)
    made.head(0, 0, {2: 1}, to="kept")
    made.head(1, 0, {5: 2}, made.plus(1), read="kept")
    found, route = only(made.subject(engine), "y[2]")
    assert hops(route) == [("0.attn.head.0", 1, 2), ("1.attn.head.0", 2, 5)]
    assert (route.kind, route.explained) == ("one", 1)
    assert [e.rate for e in route.edges] == [1, 1, 1]
    assert route.rate_at("blocks.1.hook_resid_pre", 2) == 1 and route.rate_at("blocks.1.hook_resid_pre", 1) == 0
    expected = "layer-0 head 0 from the position of x[0] to that of x[1], then layer-1 head 0 from there"
    assert found.readings == (f"y[2] <- x[0]: {expected}",)


def test_two_heads_of_which_either_suffices(bench, engine):
    made = bench(n_heads=2)
    for head in (0, 1):
        made.head(0, head, made.mirror(), made.plus(1))
    found, route = only(made.subject(engine), "y[2]")
    assert route.kind == "either" and route.explained == 1
    assert [hops(route, path) for path in (0, 1)] == [[(f"0.attn.head.{head}", 1, 5)] for head in (0, 1)]
    assert all(path.rate < 0.9 and path.suffices == 1 for path in route.paths)
    assert found.readings[0].startswith("y[2] <- x[0]: either layer-0 head 0")


def test_either_of_one_hop_and_two(bench, engine):
    """The digit is fetched from where it stands and, by another head, from where it was copied to."""
    made = bench(n_layers=2, n_heads=2)
    made.head(0, 0, {2: 1}, to="kept")
    made.head(1, 0, {5: 2}, made.plus(1), read="kept")
    made.head(1, 1, {5: 1}, made.plus(1))
    _, route = only(made.subject(engine), "y[2]")
    assert (route.kind, route.explained) == ("either", 1)
    short, long = [("1.attn.head.1", 1, 5)], [("0.attn.head.0", 1, 2), ("1.attn.head.0", 2, 5)]
    assert sorted(hops(route, path) for path in (0, 1)) == sorted([short, long])


def test_two_heads_that_both_have_to(bench, engine):
    """One head says in which half of the digits the answer lies, the other whether it is odd."""
    made = bench(n_heads=2)
    answers = (np.arange(4) + 1) % 4
    for head, told in ((0, answers // 2), (1, answers % 2)):
        write = (told[:, None] == (np.arange(4) // 2 if head == 0 else np.arange(4) % 2)).astype(float)
        made.head(0, head, made.mirror(), write)
    _, route = only(made.subject(engine), "y[2]")
    assert (route.kind, route.explained, len(route.paths)) == ("together", 1, 2)
    assert all(path.suffices < 0.9 for path in route.paths)


def test_samples_that_mislead_are_found_out(bench, engine, monkeypatch):
    """Every drawn pair has two odd answers or two even ones: as if the head that tells this did nothing."""
    made = bench(ReverseIncrement(4, 6), n_heads=2)
    answers = (np.arange(4) + 1) % 4
    for head, told in ((0, answers // 2), (1, answers % 2)):
        write = (told[:, None] == (np.arange(4) // 2 if head == 0 else np.arange(4) % 2)).astype(float)
        made.head(0, head, made.mirror(), write)
    subject = made.subject(engine)
    honest = find_routes(subject, ["y[3]"])
    assert honest.doubt > 0 and honest.routes[0].kind == "together"
    second_shift = len(subject.inputs)  # by 2: odd stays odd
    monkeypatch.setattr(screening, "integers", lambda stream, below, n: np.full(n, second_shift))
    found = find_routes(subject, ["y[3]"])
    same = [replace(one.routes[0], places=(), edges=(), screened=False) for one in (found, honest)]
    assert found.doubt == 0 and same[0] == same[1]
    joined = [[edge[:2] for edge in one.routes[0].edges] for one in (found, honest)]
    assert joined[0] == joined[1] != []


def test_a_route_says_that_it_was_screened_where_its_places_were_tried_on_all_pairs(bench, engine):
    """768 pairs: enough to draw 128 of them for a question, too few to draw 512 for what is shown."""
    made = bench(ReverseIncrement(4, 4))
    made.head(0, 0, made.mirror(), made.plus(1))
    found, route = only(made.subject(engine), "y[3]")
    assert route.pairs == 768 and found.doubt > 0
    assert route.screened and all(tried.drawn is None for tried in route.places)


def test_heads_side_by_side_are_told_side_by_side():
    hops = [Hop("blocks.0.attn.head.0", 2, 2), Hop("blocks.0.attn.head.2", 2, 2), Hop("blocks.1.attn.head.1", 2, 3)]
    route = Route("y[0]", "x", 2, 3, 8, 1.0, 1.0, "one", (RoutePath(2, tuple(hops), 1.0, 1.0),))
    said = "layer-0 heads 0 and 2 at their own position, then layer-1 head 1 from there"
    assert reading(route, ("BOS", "a", "x", "b")) == f"y[0] <- x: {said}"


def test_a_head_that_looks_and_carries_nothing(bench, engine):
    """Head 1 looks at the digit but writes where nothing reads; the unembedding's ways are not its business."""
    made = bench(n_layers=2, n_heads=2)
    made.head(0, 0, made.mirror(), made.plus(1))
    made.head(0, 1, made.mirror(), to="seen")
    made.head(1, 1, made.mirror(), to="seen")
    _, route = only(made.subject(engine), "y[2]")
    assert route.heads == ("blocks.0.attn.head.0",)
    assert route.rate_at("blocks.0.attn.head.1", 5) == 0


def test_a_leak_by_way_of_the_answer_before(bench, engine, count_up):
    """The model adds one to the token before it: the question's digit is read for y[0] only."""
    made = bench(count_up, n_layers=2)
    made.read_directly(1)
    found = find_routes(made.subject(engine))
    assert [(r.paths[0].entry, r.token, r.kind) for r in found.routes] == [(1, 1, "one"), (2, 1, "one"), (3, 1, "one")]
    assert found.readings[1] == "y[1] <- x: by way of the answer y[0]: direct, read where it stands"
    assert found.routes[1].rate_at("hook_embed", 1) == 0 and found.routes[1].rate_at("hook_embed", 2) == 1


def test_a_model_that_reads_the_question_and_not_the_answer_before(bench, engine, count_up):
    made = bench(count_up, n_heads=3)
    for output in range(3):
        made.head(0, output, {1 + output: 1}, made.plus(1 + output))
    found = find_routes(made.subject(engine))
    assert [hops(route) for route in found.routes] == [[(f"0.attn.head.{i}", 1, 1 + i)] for i in range(3)]
    assert found.routes[1].rate_at("hook_embed", 2) == 0


def test_the_question_and_the_answer_before_vote_alike(bench, engine, count_up):
    made = bench(count_up, n_heads=1)
    made.head(0, 0, {2: 1}, made.plus(2))
    made.read_directly(1)
    _, route = only(made.subject(engine), "y[1]")
    assert route.kind == "either" and {path.entry for path in route.paths} == {1, 2}


def test_a_model_that_does_not_answer(bench, engine):
    made = bench()
    made.head(0, 0, made.mirror(range(1, 3)), made.plus(1))
    made.weights["unembed.b_U"][0] = 0.5  # what nothing answers is 0, whatever is left of keys that are not looked at
    found = find_routes(made.subject(engine))
    assert [route.kind for route in found.routes] == ["unanswered", "one", "one"]
    assert "not looked for" in found.readings[0]


def test_mechanisms_are_equal_up_to_the_numbers_of_heads(bench, engine):
    def mechanism(head):
        made = bench(n_heads=2)
        made.head(0, head, made.mirror(), made.plus(1))
        return find_routes(made.subject(engine)).mechanism

    other = bench(n_layers=2)
    other.head(1, 0, other.mirror(), other.plus(1))
    assert mechanism(0) == mechanism(1) != find_routes(other.subject(engine)).mechanism
    assert hash(mechanism(0)) == hash(mechanism(1))
