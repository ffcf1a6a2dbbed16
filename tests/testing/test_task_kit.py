"""Good tasks pass the kit; a task that is broken in one place is told so, in words that name the place."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from openwork.tasks import (
    BalancedBrackets,
    FirstUnique,
    Palindrome,
    ReverseIncrement,
    RunningSumSign,
    Task,
    Variable,
    Vocabulary,
)
from openwork.testing import check_task, faults_of


@pytest.mark.parametrize(("base", "length"), [(2, 1), (2, 2), (3, 4), (4, 8), (36, 5)])
def test_our_task_keeps_its_contract(base, length):
    check_task(ReverseIncrement(base, length))


OTHERS = [
    *(Palindrome(), Palindrome(2, 2), Palindrome(3, 5), FirstUnique(), FirstUnique(2, 1), FirstUnique(3, 5)),
    *(RunningSumSign(), RunningSumSign(1, 1), RunningSumSign(2, 4)),
    *(BalancedBrackets(), BalancedBrackets(2), BalancedBrackets(5), BalancedBrackets(100)),
]


@pytest.mark.parametrize("task", OTHERS, ids=str)
def test_tasks_of_every_kind_keep_their_contract(task):
    check_task(task)


class Parity(Task):
    """Whether an odd number of bits is set, asked once at the end: another layout, with answers of its own."""

    name, summary = "parity", "whether an odd number of bits is set"
    params: dict[str, int] = {}  # noqa: RUF012
    vocabulary, answer_vocabulary = Vocabulary(("0", "1", "?")), Vocabulary(("even", "odd"))
    variables = tuple(Variable(f"b[{i}]", 2, i) for i in range(3))
    n_pos = n_ctx = 4
    graded, outputs = (3,), ("parity",)
    roles = {f"b[{i}]": i for i in range(3)} | {"predicts parity": 3}

    def tokens(self, questions):
        return np.pad(questions, ((0, 0), (0, 1)), constant_values=2)

    def answers(self, questions):
        return (questions.sum(axis=1, keepdims=True) % 2).astype(np.int32)

    def deciding_variable(self, output):
        return None


def test_a_task_of_another_kind_passes():
    check_task(Parity())


def test_an_answer_asked_too_early_is_for_no_causal_model():
    class Early(Parity):
        graded = (1,)
        roles = Parity.roles | {"predicts parity": 1}

    assert [fault.where for fault in faults_of(Early())] == ["predicts parity"]
    check_task(Early(), causal=False)


GOOD = ReverseIncrement(3, 3)
REVERSED = GOOD.questions(np.arange(27))


def constant(value):
    return property(lambda self: value)


def answers_of(change):
    return lambda self, questions: change(ReverseIncrement.answers(self, questions), questions)


def tokens_of(change):
    return lambda self, questions: change(ReverseIncrement.tokens(self, questions), questions)


def put(array, column, values):
    array = array.copy()
    array[:, column] = values
    return array


calls = count()
BROKEN = {
    "a name with spaces": ({"name": "Reverse it"}, "name: 'Reverse it'"),
    "no summary": ({"summary": " "}, "summary: ' ' is not one line"),
    "params of another task": ({"params": constant({"base": 3})}, r"params: .* another task"),
    "params that are not numbers": ({"params": constant({"base": "3"})}, "params: base is '3'"),
    "a symbol twice": ({"vocabulary": constant(Vocabulary(("0", "1", "1", "BOS")))}, r"vocabulary: \['1'\] occur"),
    "two variables at one place": (
        {"variables": constant(tuple(Variable(f"x[{i}]", 3, 1) for i in range(3)))},
        "variables: position 1 is taken more than once",
    ),
    "a variable outside": (
        {"variables": constant((*GOOD.variables[:2], Variable("x[2]", 3, 9)))},
        "x.2. stands at 9",
    ),
    "a wrong count": ({"domain_size": constant(26)}, r"domain_size: is 26 \(the variables make 27 questions\)"),
    "a context too short": ({"n_ctx": constant(5)}, "n_ctx: 5 is below n_pos 6"),
    "grading outside": ({"graded": constant((3, 4, 6))}, r"graded: \[6\] are not seen"),
    "grading backwards": ({"graded": constant((5, 4, 3))}, "graded: .* not ascending"),
    "too few outputs": ({"outputs": constant(("y[0]", "y[1]"))}, "outputs: 2 names for 3 graded"),
    "a role outside": ({"roles": constant({**GOOD.roles, "end": 6})}, "roles.'end'.: 6 is not seen"),
    "no role for a prediction": (
        {"roles": constant({k: v for k, v in GOOD.roles.items() if k != "predicts y[1]"})},
        r"roles.'predicts y.1.'.: is None \(it is graded at 4\)",
    ),
    "an output at its own prediction": (
        {"roles": constant({**GOOD.roles, "y[1]": 4})},
        "roles.'y.1.'.: is 4, and it is graded at 4 .*one position earlier",
    ),
    "a role elsewhere than its variable": (
        {"roles": constant({**GOOD.roles, "x[0]": 2})},
        "roles.'x.0.'.: is 2 .*stands at 1",
    ),
    "a deciding variable that is no variable": (
        {"deciding_variable": lambda self, output: "z"},
        "'z' is not a variable",
    ),
    "another order": (
        {"questions": lambda self, index: Task.questions(self, index)[:, ::-1]},
        r"questions: question 1 is \[1, 0, 0\] \(lexicographic order has \[0, 0, 1\]",
    ),
    "an answer outside the vocabulary": (
        {"answers": answers_of(lambda a, q: put(a, 1, 4))},
        "answers: .* id 4 at graded 1",
    ),
    "answers of another type": ({"answers": answers_of(lambda a, q: a.astype(np.int64))}, "answers: int64"),
    "answers one short": ({"answers": answers_of(lambda a, q: a[:, :2])}, r"answers: .*\(27, 2\) \(int32 \(27, 3\)"),
    "answers that hang on the neighbours": (
        {"answers": answers_of(lambda a, q: np.roll(a, len(q) // 2, axis=0))},
        "answers: is not a function of the question",
    ),
    "answers that change": (
        {"answers": answers_of(lambda a, q: ((a + next(calls)) % 3).astype(np.int32))},
        "answers: is not a function of the question",
    ),
    "questions that are changed": (
        {"tokens": tokens_of(lambda t, q: [q.fill(0), t][1])},
        "tokens: changes the questions",
    ),
    "a digit that is not shown": (
        {"tokens": tokens_of(lambda t, q: put(t, 1, 0))},
        r"tokens at x\[0\]: token 0 shows several values",
    ),
    "a digit shown elsewhere": (
        {"tokens": tokens_of(lambda t, q: t[:, [0, 2, 1, 3, 4, 5]])},
        r"tokens at x\[0\]: value 0 is shown by several tokens",
    ),
    "a wrong answer shown": (
        {"tokens": tokens_of(lambda t, q: put(t, 4, q[:, 2]))},
        r"tokens at y\[0\]: .* shows 0, and the answer is 1",
    ),
    "the wrong deciding variable": (
        {"deciding_variable": lambda self, output: "x[0]"},
        r"deciding_variable\('y\[0\]'\): x\[0\] does not decide it",
    ),
    "no deciding variable where there is one": (
        {"deciding_variable": lambda self, output: None},
        r"deciding_variable\('y\[0\]'\): says None, but x\[2\] alone decides it",
    ),
    "a deciding variable of what is always the same": (
        {"answers": lambda self, q: np.zeros_like(q)},
        r"deciding_variable\('y\[0\]'\): x\[2\] decides nothing",
    ),
    "an answer that is given away": (
        {"tokens": tokens_of(lambda t, q: put(t, 0, ReverseIncrement.answers(GOOD, q)[:, 2]))},
        r"tokens before y\[2\]: position 0 always shows the answer",
    ),
    "a method that raises": (
        {"answers": answers_of(lambda a, q: [a, [1 // (int(row[0]) - 1) for row in q if row[1] == 2]][0])},
        r"answers: raises ZeroDivisionError: .* \(try it on the question \[1, 2, 0\]",
    ),
    "a method that raises on many at once": (
        {"answers": answers_of(lambda a, q: [a, 1 // (len(q) < 2)][0])},
        "answers: raises .* .of no question alone, but of 27 together",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_task_is_told_what_is_broken(how):
    changed, told = BROKEN[how]
    broken = type("Broken", (ReverseIncrement,), changed)(3, 3)
    with pytest.raises(AssertionError, match=f"breaks the contract(.|\n)*{told}"):
        check_task(broken)


def test_every_fault_is_told_at_once():
    changed = {
        "n_ctx": constant(5),
        "outputs": constant(("y[0]", "y[1]")),
        "deciding_variable": lambda self, output: "z",
    }
    faults = faults_of(type("Broken", (ReverseIncrement,), changed)(3, 3))
    assert {"n_ctx", "outputs", "deciding_variable('y[0]')", "deciding_variable('y[1]')"} <= {
        fault.where for fault in faults
    }


def test_a_sample_finds_a_wrong_deciding_variable_in_a_large_domain():
    class Broken(ReverseIncrement):
        def deciding_variable(self, output):
            return "x[0]" if output == "y[3]" else super().deciding_variable(output)

    assert [fault.where for fault in faults_of(Broken(10, 9), inputs=500)] == ["deciding_variable('y[3]')"]


BRACKETS = {
    "a sampler of no questions": (
        {"sample": lambda self, draws, n: np.zeros((n, 5), np.int32)},
        "sample: draws .* no",
    ),
    "a sampler that ignores the seed": (
        {"sample": lambda self, draws, n: BalancedBrackets.questions(self, np.arange(n) % self.domain_size)},
        "sample: draws the same whatever the seed",
    ),
    "a sampler with a seed of its own": (
        {"sample": lambda self, draws, n: self.questions(np.random.default_rng().integers(0, self.domain_size, n))},
        "sample: draws other questions from the same seed",
    ),
    "a sampler of another shape": (
        {"sample": lambda self, draws, n: np.zeros((n, 2), np.int32)},
        "sample: .*variable",
    ),
    "a count too small": ({"domain_size": constant(29)}, "domain_size: is 29 .of the rows of variables 30 are"),
    "a count too large": ({"domain_size": constant(31)}, "domain_size: is 31 .of the rows of variables 30 are"),
    "numbers that do not lead back": (
        {"numbers": lambda self, questions: BalancedBrackets.numbers(self, questions) + 1},
        "numbers: question 0 is .*, whose number is 1",
    ),
    "numbers of no questions": (
        {"questions": Task.questions, "numbers": Task.numbers},
        "valid: question 0 is",
    ),
    "an answer that is always the same": (
        {"answers": lambda self, questions: np.ones((len(questions), 1), np.int32)},
        "answers: all of 30 questions have the same answers",
    ),
    "a pad that is no token": ({"pad_token": 5}, "pad_token: is 5 .tokens are 0 to 4"),
    "no words for its sampler": ({"sampling": ""}, "sampling: '' is not one line"),
    "an unknown direction": ({"attention_dir": "both"}, "attention_dir: is 'both'"),
    "an answer before its question": (
        {"attention_dir": "causal"},
        "predicts balanced: .* look the same up to",
    ),
}


@pytest.mark.parametrize("how", BRACKETS)
def test_a_task_whose_variables_are_not_free_is_told_what_is_broken(how):
    changed, told = BRACKETS[how]
    with pytest.raises(AssertionError, match=f"breaks the contract(.|\n)*{told}"):
        check_task(type("Broken", (BalancedBrackets,), changed)(4))


def test_a_task_that_nobody_has_counted_is_drawn_and_keeps_its_contract():
    uncounted = {"domain_size": constant(None), "questions": Task.questions, "numbers": Task.numbers}
    check_task(type("Uncounted", (BalancedBrackets,), uncounted)(6))
    check_task(type("Uncounted", (BalancedBrackets,), uncounted)())
