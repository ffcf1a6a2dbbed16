"""A language from a function or a regular expression: the same prefixes, and what is wrong told with the prefix."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import openwork
from openwork.errors import TaskError
from openwork.tasks import Dyck, prefix_tree
from openwork.tasks.regular import automaton_of_regex, symbols_of_regex
from openwork.testing import check_task


@openwork.language(symbols="ab", length=8)
def two_deep(prefix):
    "brackets, two deep"
    height = prefix.count("a") - prefix.count("b")
    return ["a"] * (height < 2) + ["b"] * (height > 0) + [openwork.END] * (height == 0)


@openwork.language(regex="(a(ab)*b)*", length=8)
def two_deep_too():
    "brackets, two deep"


def test_a_function_and_an_expression_tell_the_language_that_an_automaton_has():
    shipped = Dyck(2, 8)
    numbers = np.arange(shipped.domain_size)
    for task in (two_deep(), two_deep_too()):
        check_task(task)
        assert task.domain_size == shipped.domain_size
        questions = task.questions(numbers)
        assert (questions == shipped.questions(numbers)).all()
        assert (task.answers(questions) == shipped.answers(questions)).all()
    assert two_deep(length=9).domain_size == Dyck(2, 9).domain_size


def test_a_function_may_have_symbols_of_several_characters_and_parameters():
    @openwork.language(symbols=["go", "stop"], length=4)
    def turns(prefix, *, most=2):
        going = len(prefix) - prefix[::-1].index("stop") if "stop" in prefix else len(prefix)
        return (
            ["stop", openwork.END]
            if prefix[-most:] == ("go",) * most
            else ["go", "stop", openwork.END][: 3 if going else 2]
        )

    task = turns(most=1)
    check_task(task)
    assert task.question_symbols(task.questions(np.array([1]))[0]) == ("go",)


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[a-b]", ".", "[^a]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join).map("({})".format),
        inner.map("({})*".format),
        inner.map("({})?".format),
        inner.map("({})+".format),
        inner.map("({}){{1,2}}".format),
    ),
    max_leaves=5,
)


@given(EXPRESSIONS)
def test_an_expression_has_the_words_that_python_finds(pattern):
    automaton = automaton_of_regex(pattern, ("a", "b"))
    for text in ("".join(t) for n in range(6) for t in product("ab", repeat=n)):
        state = 0
        for symbol in text:
            state = int(automaton.steps[state, "ab".index(symbol)]) if state >= 0 else state
        found = state >= 0 and bool(automaton.accepting[state])
        assert found == bool(re.fullmatch(pattern, text)), text


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(ab", "its end is where ) is missing"),
        ("ab)", "')' closes what was not opened"),
        ("*a", "'*' has nothing before it to repeat"),
        ("a{2", "is no count"),
        ("a{3,1}", "counts 3,1"),
        ("[]a", "is where a symbol or ] is missing"),
        ("[^ab]", "has no word"),
        ("[b-a]", "'a' is before 'b'"),
        ("^(ab)*", "'^' is an anchor elsewhere"),
        (r"(a|b)\1", "'1' has a meaning after a backslash elsewhere"),
    ],
)
def test_an_expression_that_cannot_be_is_refused_with_the_place(pattern, said):
    with pytest.raises(TaskError) as caught:
        openwork.language(regex=pattern, symbols="ab", length=4)(lambda: None)
    assert said in str(caught.value)


def test_symbols_are_those_that_an_expression_names():
    assert symbols_of_regex(r"[a-c]{2}(\*|x+)?[^y].") == ("*", "a", "b", "c", "x", "y")


def told(function, **declared) -> str:
    with pytest.raises(TaskError) as caught:
        openwork.language(**({"symbols": "ab", "length": 3} | declared))(function)()
    return str(caught.value)


def test_what_a_function_does_wrong_is_told_with_the_prefix(monkeypatch):
    assert "'a': allows nothing" in told(lambda prefix: "" if prefix == "a" else "ab")
    assert "the empty prefix: returns 'c', which is no symbol" in told(lambda prefix: "abc")
    assert "raises IndexError" in told(lambda prefix: [0][len(prefix) + 1])
    assert "returns 3" in told(lambda prefix: 3)
    changing = iter(["a", "b"] * 1000)
    assert "is answered otherwise the second time" in told(lambda prefix: next(changing), length=2)
    monkeypatch.setattr(prefix_tree, "MOST_PREFIXES", 1023)
    assert "more than 1,023 prefixes" in told(lambda prefix: "ab", length=10)
    assert openwork.language(symbols="ab", length=9)(lambda prefix: "ab")().texts.count == 1023


def test_what_is_declared_wrong_is_told_all_at_once():
    said = told(lambda prefix, other, *, size="x": "ab", symbols=["a", "<eos>"], length=0)
    for part in ("it gets one thing", "no whole number", "<eos> stand around texts", "is not between 1"):
        assert part in said
