"""Tasks of algebra: answers worked out by hand, laws of groups, counts, and parameters that cannot be."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwork.data import enumerate_domain
from openwork.errors import TaskError
from openwork.tasks import (
    Majority,
    Maximum,
    ModularAddition,
    ModularPolynomial,
    Parity,
    PermutationComposition,
)
from openwork.testing import check_task

SIZES = [
    *(ModularAddition(), ModularAddition(2), ModularAddition(113)),
    *(
        ModularPolynomial(),
        ModularPolynomial(2),
        ModularPolynomial(7, 0, 1, 0, 0, 0, 3),
        ModularPolynomial(5, ab=0, bb=0),
    ),
    *(PermutationComposition(), PermutationComposition(2), PermutationComposition(5)),
    *(Parity(), Parity(2), Parity(70)),
    *(Majority(), Majority(2), Majority(8), Majority(71)),
    *(Maximum(), Maximum(2, 2), Maximum(30, 20)),
]

BY_HAND = [
    (ModularAddition(7), "5 6 =", "4"),
    (ModularAddition(7), "0 0 =", "0"),
    (ModularPolynomial(7), "2 3 =", "5"),  # 4 + 6 + 9 = 19
    (ModularPolynomial(7, 1, 0, 6), "3 4 =", "0"),  # 9 - 16 = -7
    (ModularPolynomial(10, 0, 3, 0, 2, 0, 9), "4 5 =", "7"),  # 60 + 8 + 9 = 77
    (PermutationComposition(3), "213 231 =", "132"),  # 1 > 2 > 1, 2 > 3 > 3, 3 > 1 > 2
    (PermutationComposition(3), "231 213 =", "321"),  # 1 > 2 > 3, 2 > 1 > 2, 3 > 3 > 1
    (Parity(4), "1 1 0 1 =", "odd"),
    (Parity(4), "1 0 0 1 =", "even"),
    (Majority(3), "1 0 1 =", "1"),
    (Majority(4), "1 0 0 0 =", "0"),
    (Majority(4), "1 0 0 1 =", "tie"),
    (Maximum(10, 3), "4 9 2 =", "9"),
    (Maximum(10, 3), "0 0 0 =", "0"),
]


@pytest.mark.parametrize("task", SIZES, ids=str)
def test_it_keeps_its_contract(task):
    check_task(task)


@pytest.mark.parametrize(("task", "question", "answer"), BY_HAND, ids=lambda value: str(value))
def test_worked_out_by_hand(task, question, answer):
    asked = np.array([[task.vocabulary.symbols.index(symbol) for symbol in question.split()[:-1]]], np.int32)
    assert task.vocabulary.text(task.tokens(asked)[0]) == question
    assert task.answer_vocabulary.text(task.answers(asked)[0]) == answer


def product(task, a, b):
    return task.answers(np.stack([a, b], axis=1).astype(np.int32))[:, 0]


GROUPS = [ModularAddition(2), ModularAddition(12), PermutationComposition(3), PermutationComposition(4)]


@pytest.mark.parametrize("task", GROUPS, ids=str)
def test_it_is_a_group_with_identity_0(task):
    size = len(task.answer_vocabulary)
    a, b, c = np.indices((size, size, size)).reshape(3, -1)
    np.testing.assert_array_equal(product(task, product(task, a, b), c), product(task, a, product(task, b, c)))
    every = np.arange(size)
    np.testing.assert_array_equal(product(task, every, 0 * every), every)
    np.testing.assert_array_equal(product(task, 0 * every, every), every)
    table = product(task, *np.indices((size, size)).reshape(2, -1)).reshape(size, size)
    assert ((table == 0).sum(axis=1) == 1).all()


def test_permutations_do_not_commute_and_numbers_do():
    assert commutes(ModularAddition(12)) and commutes(ModularPolynomial(11))
    assert commutes(PermutationComposition(2)) and not commutes(PermutationComposition(3))


def commutes(task):
    a, b = np.indices((len(task.symbols), len(task.symbols))).reshape(2, -1)
    return bool((product(task, a, b) == product(task, b, a)).all())


@given(st.lists(st.integers(0, 1), min_size=2, max_size=80))
def test_bits_are_counted(bits):
    asked, ones = np.array([bits], np.int32), sum(bits)
    zeros = len(bits) - ones
    assert said(Parity(len(bits)), asked) == ("odd" if ones % 2 else "even")
    assert said(Majority(len(bits)), asked) == ("tie" if ones == zeros else "1" if ones > zeros else "0")


def said(task, asked):
    return task.answer_vocabulary.text(task.answers(asked)[0])


@pytest.mark.parametrize(
    ("task", "size"),
    [
        (ModularAddition(113), 113**2),
        (ModularPolynomial(23), 23**2),
        (PermutationComposition(5), factorial(5) ** 2),
        (Parity(70), 2**70),
        (Majority(9), 512),
        (Maximum(10, 4), 10_000),
    ],
    ids=str,
)
def test_how_many_questions_there_are(task, size):
    assert task.domain_size == size


def test_answers_that_are_never_wanted_are_not_offered():
    assert Majority(9).answer_vocabulary.symbols == ("0", "1")
    assert Majority(8).answer_vocabulary.symbols == ("0", "1", "tie")
    for task in (ModularAddition(), PermutationComposition(), Parity(), Majority(8), Majority(9), Maximum()):
        assert set(enumerate_domain(task).answers[:, 0]) == set(range(len(task.answer_vocabulary)))


def test_one_variable_decides_a_polynomial_in_it_alone():
    assert ModularPolynomial(5, ab=0, bb=0).deciding_variable("c") == "a"
    assert ModularPolynomial(2, 0, 0, 0, 0, 1).deciding_variable("c") == "b"
    assert ModularPolynomial(2, 1, 0, 1, 1, 0).deciding_variable("c") == "b"  # a^2 + a is 0 modulo 2
    assert ModularPolynomial().deciding_variable("c") is None


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (lambda: ModularAddition(1), ["p: 1 is not between 2 and 1000"]),
        (lambda: ModularPolynomial(0), ["p: 0 is not between 2 and 1000"]),
        (
            lambda: ModularPolynomial(5, 5, -1),
            ["aa: 5 is not", "modulo 5 it is 0", "ab: -1 is not", "modulo 5 it is 4"],
        ),
        (lambda: ModularPolynomial(5, 0, 0, 0, 0, 0, 3), ["make 3 of every a and b"]),
        (lambda: ModularPolynomial(2, 1, 0, 0, 1), ["make 0 of every a and b"]),
        (lambda: PermutationComposition(7), ["n: 7 is not between 2 and 6"]),
        (lambda: Parity(1), ["length: 1 is not between 2 and 1000"]),
        (lambda: Majority(1001), ["length: 1001 is not between 2 and 1000"]),
        (lambda: Maximum(1, 1), ["numbers: 1 is not", "length: 1 is not"]),
    ],
)
def test_parameters_that_cannot_be_are_all_told(make, wrong):
    with pytest.raises(TaskError) as error:
        make()
    told = " ".join(str(reason) for reason in error.value.reasons)
    assert all(part in told for part in wrong), told
