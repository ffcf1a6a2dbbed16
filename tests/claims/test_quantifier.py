from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwork.claims.expressions import ExpressionError, evaluate, fill
from openwork.claims.quantifier import cases, quantifier
from openwork.tasks import Maximum, ReverseIncrement

TASK = ReverseIncrement(4, 8)


def joined(sides):
    (left, a), sign, (right, b) = sides
    value = {"+": a + b, "-": a - b, "*": a * b}[sign]
    return f"({left}){sign} ({right})", value


numbers = st.integers(0, 20).map(lambda n: (str(n), n)) | st.just(("i", 3))
expressions = st.recursive(
    numbers, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(joined), max_leaves=5
)


@given(expressions)
def test_brackets_and_signs(written):
    text, value = written
    assert evaluate(text, {"i": 3}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("7-i", 4), ("n-1-i", 4), ("2*i+1", 7), ("1+2*3", 7), ("-i + 5", 2), ("n // i", 2), ("n % i", 2), ("8-2-1", 5)],
)
def test_the_order_of_operations(text, value):
    assert evaluate(text, {"i": 3, "n": 8}) == value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "missing at the end"),
        ("7-", "missing at the end"),
        ("7-j", "'j' has no value"),
        ("(1", "not closed"),
        ("1 2", "left over"),
        ("i // 0", "no value"),
        ("__import__('os')", "not understood"),
        ("i.real", "not understood"),
        ("9" * 50, "larger than"),
        ("(" * 500, "longer than"),
        ("*", "stands where"),
    ],
)
def test_what_is_not_an_expression_says_why(text, complaint):
    with pytest.raises(ExpressionError, match=complaint):
        evaluate(text, {"i": 1})


def test_roles_are_filled_in():
    assert fill("predicts y[i]", {"i": 2}) == "predicts y[2]"
    assert fill("x[7-i]", {"i": 2}) == "x[5]"
    assert fill("BOS", {}) == "BOS"


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("0..7", range(8)),
        ("outputs", range(8)),
        ("1..n-2", range(1, 7)),
        ("0, 2, 5..6", (0, 2, 5, 6)),
        (range(8), range(8)),
        (range(0, 8, 2), (0, 2, 4, 6)),
        ([3, 1], (3, 1)),
        (4, (4,)),
    ],
)
def test_ranges(written, values):
    found = list(cases(quantifier({"i": written}), TASK))
    assert [case["i"] for case in found] == list(values)
    assert all(case["n"] == 8 for case in found)


def test_variables_are_counted_apart_from_outputs():
    assert [case["i"] for case in cases(quantifier({"i": "variables"}), Maximum(10, 4))] == [0, 1, 2, 3]
    assert [case["i"] for case in cases(quantifier({"i": "outputs"}), Maximum(10, 4))] == [0]
    with pytest.raises(ValueError, match="cannot be a name"):
        quantifier({"variables": "0..3"})


def test_two_names_take_every_pair():
    found = [(case["i"], case["j"]) for case in cases(quantifier({"i": "0..1", "j": "0..2"}), TASK)]
    assert found == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_without_a_quantifier_there_is_one_case():
    assert list(cases((), TASK)) == [{"n": 8}]


@pytest.mark.parametrize("written", [{"n": "0..7"}, {"1": "0..7"}, {"i": ""}, {"i": []}, {"i": 1.5}, "0..7"])
def test_what_is_not_a_quantifier(written):
    with pytest.raises(ValueError, match=r"name|table|values"):
        quantifier(written)


@pytest.mark.parametrize("text", ["7..0", "0..99999", "0..k"])
def test_ranges_that_cannot_be(text):
    with pytest.raises(ExpressionError):
        list(cases((("i", text),), TASK))


@pytest.mark.parametrize(
    "each",
    [
        (("i", ",".join(["0..4095"] * 9000)),),
        tuple((f"i{n}", "0..4095") for n in range(5000)),
        (("i", ",".join(map(str, range(10**5)))),),
    ],
    ids=["one range, often", "many names", "many values"],
)
def test_a_quantifier_that_explodes_is_refused_before_it_does(each):
    tracemalloc.start()
    try:
        with pytest.raises(ExpressionError, match=r"more than 4,096"):
            list(cases(each, TASK))
        assert tracemalloc.get_traced_memory()[1] < 10**8
    finally:
        tracemalloc.stop()
