"""Tasks that are languages: which prefixes there are, what may follow each, and that none of it is held."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest

from openwork.data import draw
from openwork.errors import TaskError
from openwork.tasks import Dyck, Repeated, RunsOfLetters, Tomita
from openwork.tasks.automaton import automaton_of
from openwork.tasks.prefixes import EOS, Language
from openwork.testing import check_task

WORDS = {
    Tomita(1, 6): r"1*",
    Tomita(2, 6): r"(10)*",
    Tomita(3, 6): r"(?!.*(?<!1)1(11)*0(00)*1)(?!(.*0)?1(11)*0(00)*$).*",
    Tomita(4, 6): r"(?!.*000).*",
    Tomita(5, 6): r"(?=(1*01*0)*1*$)(0*10*1)*0*",
    Tomita(7, 6): r"0*1*0*1*",
    Repeated(2, 2, 9): r"(abab)*",
    RunsOfLetters(3, 6): r"a+b+c+",
    Dyck(2, 6): r"(a(ab)*b)*",
}
LONGER = 4
"""symbols within which every one of these prefixes has a word"""


def told(task: Language) -> dict[str, str]:
    """Every prefix and what may follow."""
    questions = task.questions(np.arange(task.domain_size))
    texts = ["".join(task.question_symbols(question)) for question in questions]
    answers = task.answers(questions)
    assert ((answers >= 0).sum(axis=1) == 1).all()
    return dict(zip(texts, map(task.answer_text, answers.max(axis=1)), strict=True))


@pytest.mark.parametrize("task", WORDS, ids=str)
def test_every_prefix_and_what_follows_it_are_those_of_the_words_in_order(task):
    symbols = task.automaton.symbols
    texts = ["".join(t) for n in range(task.length + LONGER + 2) for t in product(symbols, repeat=n)]
    words = [text for text in texts if re.fullmatch(WORDS[task], text)]
    prefixes = {word[:n] for word in words for n in range(len(word) + 1)}
    expected = {}
    for text in (t for t in texts if t in prefixes and len(t) <= task.length):
        follows = [s for s in symbols if text + s in prefixes] + [EOS] * (text in words)
        expected[text] = "{" + ", ".join(follows) + "}"
    assert list(told(task).items()) == list(expected.items())


def test_a_dyck_language_of_any_depth_allows_every_height():
    deep, counted = told(Dyck(0, 7)), told(Dyck(50, 7))
    assert deep == counted
    assert deep["aaaaaaa"] == "{a, b}"


@pytest.mark.parametrize(
    "task", [Dyck(), Dyck(0, 5), Repeated(), RunsOfLetters(), *(Tomita(n, 9) for n in range(1, 8))], ids=str
)
def test_it_keeps_the_contract_of_tasks(task):
    check_task(task)


@pytest.mark.parametrize(
    ("task", "prefixes"),
    [
        (Dyck(2, 25), 16_382),
        (Dyck(4, 17), 16_402),
        (Repeated(2, 2, 150), 151),
        (RunsOfLetters(5, 19), 16_664),
        (Tomita(3, 15), 16_160),
        (Tomita(4, 14), 12_639),
        (Tomita(5, 13), 16_383),
        (Tomita(5, 300), 2**301 - 1),
    ],
    ids=str,
)
def test_prefixes_are_counted_and_numbered_without_being_held(task, prefixes):
    assert task.domain_size == prefixes
    some = np.array([0, 1, prefixes // 2, prefixes - 1], object)
    assert task.numbers(task.questions(some)).tolist() == some.tolist()


def test_every_length_is_drawn_alike_and_every_prefix_of_it():
    task = Tomita(4, 3)
    questions = task.questions(draw(task, 20_000).index)
    lengths = (questions < 2).sum(axis=1)
    assert np.bincount(lengths) / len(lengths) == pytest.approx([0.25] * 4, abs=0.02)
    of_three = np.unique(questions[lengths == 3], axis=0, return_counts=True)[1]
    assert len(of_three) == 7 and of_three.min() > 0.8 * of_three.max()


def test_a_language_without_a_word_is_refused():
    with pytest.raises(TaskError, match="the language is empty"):
        automaton_of("ab", 0, lambda state, symbol: state + 1 if state < 3 else None, lambda state: state > 5)
    with pytest.raises(TaskError, match="more than 65,536 states"):
        automaton_of("ab", 0, lambda state, symbol: state + 1, lambda state: state == 0)


def test_what_cannot_be_is_told_all_at_once():
    with pytest.raises(TaskError) as caught:
        Tomita(number=8, length=0)
    assert {reason.where for reason in caught.value.reasons} == {"number", "length"}
