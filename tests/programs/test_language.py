"""Every primitive: what its text computes, run as Python, is what its values are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from openwork.programs.language import (
    FUNCTIONS,
    PRIMITIVES,
    BestFit,
    Chosen,
    Compared,
    Compose,
    Constant,
    Count,
    CountBelow,
    CountOneOf,
    Distance,
    Distinct,
    Doubled,
    Either,
    Exceptions,
    ItemAt,
    Largest,
    Match,
    Minus,
    Modulo,
    MostFrequent,
    Name,
    NextAbove,
    OneOf,
    PairCount,
    PlaceInOrder,
    Plus,
    Product,
    Ranked,
    RunLength,
    Scan,
    SelectorWidth,
    Smallest,
    Sum,
    SumSigned,
    Table,
    Times,
    Wave,
    as_plain,
    from_plain,
    renamed,
    signed_modulus,
)

X = tuple(Name(f"x[{i}]") for i in range(4))
TABLE = Table((X[0], X[1]), tuple((a, b, (a * b) % 3) for a in range(4) for b in range(4)))
WAVES = (Wave(X[0], 2, 7), Wave(X[1], 3, 7))
EXPRESSIONS = (
    X[2],
    Constant(3),
    Plus(X[0], Minus(X[1], X[2])),
    Minus(X[0], Minus(X[1], X[2])),
    Minus(X[0], Plus(X[1], Constant(1))),
    Modulo(Plus(X[0], X[1]), 3),
    Plus(Modulo(X[0], 2), X[1]),
    Modulo(Modulo(Minus(Constant(2), X[3]), 5), 3),
    Sum(X),
    Sum((X[0], X[2], X[3])),
    SumSigned(X, 4),
    SumSigned((X[1],), 3),
    RunLength(X),
    RunLength(X[2:3]),
    Count(X, 1),
    CountBelow(X[1:], 2),
    CountOneOf(X, (0, 2)),
    *(SelectorWidth(X[1:], relation, Plus(X[0], X[1])) for relation in ("==", "<", ">")),
    Largest(X[:2]),
    Smallest((X[3], Constant(1))),
    Ranked(X, 2),
    PlaceInOrder(2, X),
    ItemAt(X[3], X[:3]),
    ItemAt(Minus(X[0], X[1]), (X[2], Constant(5), X[3])),
    Distinct(X),
    Distinct((X[0], Constant(2))),
    Distance(X[0], Plus(X[1], X[2])),
    Distance(Minus(X[0], X[1]), Minus(X[2], X[3])),
    *(Compared(Plus(X[0], X[1]), relation, X[2]) for relation in ("==", "!=", ">=", "<")),
    Compared(Constant(2), ">=", Compared(X[0], "<", X[1])),
    Match(X[3], X[:2], X[1:3], 7),
    Match(X[3], X[:2], X[1:3], 7, last=False),
    Table((X[0],), ((0, 2), (1, 0), (2, 1), (3, 3))),
    Table((Sum(X),), tuple((total, total // 2) for total in range(1, 13))),
    TABLE,
    Either(Compared(X[0], "<", X[1]), Plus(X[2], Constant(1)), Either(X[3], X[0], X[1])),
    Plus(Either(X[0], X[1], X[2]), X[3]),
    Chosen((Compared(X[0], "==", X[1]), Constant(1), X[2]), ("a", "<eos>", "b"), (0, 3, 1)),
    Scan(X, ((0, 1, 1), (1, 1, 0), (1, 3, 2), (2, 0, 0))),
    MostFrequent(X, 3),
    PairCount(X[:3], "==", X[1:]),
    PairCount(X[:2], ">", X[:1:-1]),
    PairCount(X[:3], "<", X[::-1][:3]),
    PairCount(X, "==", X[::-1]),
    NextAbove(X[0], X[1:], 3, -1),
    OneOf(Plus(X[0], X[1]), (1, 4)),
    Scan(X[:1], ((0, 0, 1),)),
    Exceptions((X[0], X[1]), ((0, 0, 7), (3, 1, 8)), X[2]),
    Times(Plus(X[0], X[1]), Times(X[2], X[3])),
    Modulo(Times(X[0], X[1]), 3),
    Compose(X[0], X[1], 3),
    WAVES[0],
    Product(WAVES[0], Wave(X[1], 2, 7), 7),
    Doubled(*WAVES, 7),
    BestFit((Product(*WAVES, 7),), (3,), (1,), 7),
    BestFit((Doubled(*WAVES, 7), WAVES[0]), (2, 3), (9, 4), 7),
)


def test_every_primitive_is_here():
    seen = {type(e) for expression in EXPRESSIONS for e in (expression, *expression.parts)}
    assert seen == set(PRIMITIVES)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_the_text_computes_what_the_values_are(expression):
    questions = np.random.default_rng(0).integers(0, 4, (60, 4))
    known = {f"x[{i}]": column for i, column in enumerate(questions.T)}
    scope: dict[str, object] = {}
    exec("\n".join(line for code in FUNCTIONS.values() for line in code), scope)
    found = [number(eval(expression.text(), scope | {"x": question.tolist()})) for question in questions]
    assert expression.values(known).tolist() == found


def number(value):
    """A set of names as the number that `Chosen` has for it."""
    return sum(1 << {"a": 0, "b": 1, "<eos>": 3}[name] for name in value) if isinstance(value, set) else value


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_json_brings_it_back(expression):
    assert from_plain(json.loads(json.dumps(as_plain(expression)))) == expression


def test_renaming_reaches_every_part():
    names = {f"x[{i}]": f"head0[{i}]" for i in range(4)}
    for expression in EXPRESSIONS:
        assert not any(name.startswith("x") for name in renamed(expression, names).names())


def test_entries_are_counted_through_parts():
    assert Plus(TABLE, Constant(1)).entries == 16


def test_only_a_vocabulary_of_signed_numbers_has_their_modulus():
    assert signed_modulus(("0", "1", "2", "-2", "-1")) == 5
    assert [signed_modulus(some) for some in (("0", "1", "2"), ("-1", "0", "1"), ("0",), ("a", "-1"))] == [None] * 4
