"""What a task computes: the tokens that show its questions, the answers, and what decides these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openwork.conformance.names import told_by
from openwork.conformance.questions import chosen_questions, question_faults
from openwork.data.randomness import bits
from openwork.errors import Reason
from openwork.tasks import UNASKED, Task, Tokens, Vocabulary
from openwork.tasks.symbol_sets import MOST_SYMBOLS


@dataclass(frozen=True, eq=False)
class Seen:
    """The questions that are looked at, with what the task makes of them."""

    questions: Tokens
    tokens: Tokens
    answers: Tokens
    whole: bool
    """whether these are all questions there are"""


def answer_faults(task: Task, causal: bool, inputs: int) -> list[Reason]:
    """Everything that is wrong with questions, tokens and answers; the sizes of the task are right already."""
    faults = question_faults(task, inputs)
    if faults:
        return faults
    questions, whole = chosen_questions(task, inputs)
    if faults := told_by({"arrays": partial(_arrays, task, questions)}):
        return faults
    seen = Seen(questions, task.tokens(questions), task.answers(questions), whole)
    rules: dict[str, Callable[[Task, Seen], Iterator[Reason]]] = {
        "functions": _functions,
        "tokens of variables": _shown,
        "tokens of outputs": _later_tokens,
        "deciding_variable": _deciding,
        "leaks": _leaks,
        "variety": _variety,
    }
    rules |= {"predictable": _predictable} if causal else {}
    return told_by({where: partial(rule, task, seen) for where, rule in rules.items()})


def _arrays(task: Task, questions: Tokens) -> Iterator[Reason]:
    """Shapes, dtypes and vocabularies."""
    sets, least = task.answer_kind == "set", UNASKED if task.varying else 0
    if sets and len(task.answer_vocabulary) > MOST_SYMBOLS:
        yield Reason(
            "answer_vocabulary", f"has {len(task.answer_vocabulary)} symbols", f"a set has {MOST_SYMBOLS} at most"
        )
        return
    answers = 2 ** len(task.answer_vocabulary) if sets else len(task.answer_vocabulary)
    sized = (
        ("tokens", task.n_pos, "pos", 0, len(task.vocabulary)),
        ("answers", len(task.graded), "graded", least, answers),
    )
    for where, length, axis, first, below in sized:
        given, compute = questions.copy(), getattr(task, where)
        try:
            array = compute(given)
        except Exception as error:
            yield Reason(where, f"raises {type(error).__name__}: {error}", _first_that_raises(compute, questions))
            continue
        if not np.array_equal(given, questions):
            yield Reason(where, "changes the questions that it is given", "make a new array")
        if array.shape != (len(questions), length) or array.dtype != np.int32:
            shape = (len(questions), length)
            yield Reason(where, f"{array.dtype} {array.shape}", f"int32 {shape}: [input, {axis}]")
        elif len(wrong := np.argwhere((array < first) | (array >= below))):
            row, place = wrong[0]
            what = f"question {questions[row].tolist()} has id {array[row, place]} at {axis} {place}"
            yield Reason(where, f"{what}, which is not in the vocabulary", f"ids are {first} to {below - 1}")
        elif len(idle := np.flatnonzero((array == UNASKED).all(axis=1))):
            yield Reason(where, f"question {questions[idle[0]].tolist()} wants none", "every question wants an answer")


def _first_that_raises(compute: Callable[[Tokens], Tokens], questions: Tokens) -> str:
    """The question that it is to be tried on, where one alone is enough."""
    for row in questions:
        try:
            compute(row[None])
        except Exception:
            return f"try it on the question {row.tolist()}"
    return f"of no question alone, but of {len(questions):,} together: each row must follow from its own"


def _functions(task: Task, seen: Seen) -> Iterator[Reason]:
    """The same question gives the same row, whatever stands beside it and however often it is asked."""
    order = np.argsort(bits("task kit order", 0).random_raw(len(seen.questions)), kind="stable")
    some = order[: max(len(order) // 2, 1)]
    for where, expected in (("tokens", seen.tokens), ("answers", seen.answers)):
        compute = getattr(task, where)
        for rows in (np.arange(len(seen.questions)), some):
            array = compute(seen.questions[rows])
            if not np.array_equal(array, expected[rows]):
                what = "is not a function of the question: asked again, or beside others, it comes out differently"
                yield Reason(where, what, "each row must follow from its own question alone")
                break


def _shown(task: Task, seen: Seen) -> Iterator[Reason]:
    """The token at a variable's position says its value: one token for each value."""
    for column, v in enumerate(task.variables):
        # What stands where a shorter question has nothing is not said by a variable.
        there = seen.questions[:, column] < v.values - task.varying
        shown = np.stack([seen.questions[there, column], seen.tokens[there, v.position]], axis=1)
        pairs = np.unique(shown, axis=0)
        for which, words in ((0, "is shown by several tokens"), (1, "shows several values")):
            ids, counts = np.unique(pairs[:, which], return_counts=True)
            if len(twice := ids[counts > 1]):
                what = f"value {twice[0]} {words}" if which == 0 else f"token {twice[0]} {words}"
                mend = f"position {v.position} must show {v.name}, one token for each value"
                yield Reason(f"tokens at {v.name}", what, mend)


def _later_tokens(task: Task, seen: Seen) -> Iterator[Reason]:
    """Where an output is itself shown later, what is shown is the right answer."""
    for column, output in enumerate(task.outputs):
        if (position := task.roles.get(output)) is None:
            continue
        shown, right = _symbols(task.vocabulary, seen.tokens[:, position]), _right(task, seen, column)
        if len(wrong := np.flatnonzero((shown != right) & (seen.answers[:, column] != UNASKED))):
            row = wrong[0]
            what = f"question {seen.questions[row].tolist()} shows {shown[row]}, and the answer is {right[row]}"
            yield Reason(f"tokens at {output}", what, "tokens are teacher-forced: the right answers")


def _deciding(task: Task, seen: Seen) -> Iterator[Reason]:
    """The variable named decides the output, and an output that one variable decides names it."""
    names = [v.name for v in task.variables]
    for column, output in enumerate(task.outputs):
        asked = seen.answers[:, column] != UNASKED
        name, right, questions = task.deciding_variable(output), seen.answers[asked, column], seen.questions[asked]
        where = f"deciding_variable({output!r})"
        if (right == right[:1]).all():
            if name is not None and seen.whole:
                yield Reason(where, f"{name} decides nothing: the answer is always the same", "say None")
            continue
        if name is not None:
            pair = _conflict(questions[:, [names.index(name)]], right)
            if pair:
                one, other = (questions[row].tolist() for row in pair)
                what = f"{name} does not decide it: {one} and {other} agree in {name} but not in the answer"
                yield Reason(where, what, "name the variable that decides it, or say None")
        elif seen.whole and not task.varying:
            alone = [n for i, n in enumerate(names) if not _conflict(questions[:, [i]], right)]
            if alone:
                yield Reason(where, f"says None, but {alone[0]} alone decides it", f"say {alone[0]!r}")


def _leaks(task: Task, seen: Seen) -> Iterator[Reason]:
    """No place that is neither a variable's nor another output's already shows an answer that is to be predicted."""
    theirs = {v.position for v in task.variables} | {p for o in task.outputs if (p := task.roles.get(o)) is not None}
    for column, (output, graded) in enumerate(zip(task.outputs, task.graded, strict=True)):
        right, asked = _right(task, seen, column), seen.answers[:, column] != UNASKED
        if (right[asked] == right[asked][:1]).all():
            continue
        for position in sorted(set(range(graded + 1)) - theirs):
            if (_symbols(task.vocabulary, seen.tokens[:, position]) == right)[asked].all():
                what = f"position {position} always shows the answer, which is predicted at {graded}"
                yield Reason(f"tokens before {output}", what, "an answer may be shown only after it is predicted")


def _predictable(task: Task, seen: Seen) -> Iterator[Reason]:
    """A causal model sees nothing after a graded position, so what stands up to there must decide the answer."""
    for column, (output, graded) in enumerate(zip(task.outputs, task.graded, strict=True)):
        asked = seen.answers[:, column] != UNASKED
        if pair := _conflict(seen.tokens[asked, : graded + 1], seen.answers[asked, column]):
            one, other = (seen.questions[asked][row].tolist() for row in pair)
            what = f"{one} and {other} look the same up to position {graded} but have different answers"
            mend = "grade it later, show more before it, or check it with causal=False"
            yield Reason(f"predicts {output}", what, mend)


def _variety(task: Task, seen: Seen) -> Iterator[Reason]:
    """Something is to be predicted: not every answer is the same whatever the question."""
    if len(seen.answers) > 1 and (seen.answers == seen.answers[0]).all():
        what = f"all of {len(seen.answers):,} questions have the same answers"
        yield Reason("answers", what, "nothing is to be learned: change the answer, or how questions are drawn")


def _conflict(seen: Tokens, right: NDArray[np.int32]) -> tuple[int, int] | None:
    """Two rows that look the same and have different answers, where there are any."""
    _, first, group = np.unique(seen, axis=0, return_index=True, return_inverse=True)
    expected = right[first][group.reshape(-1)]
    wrong = np.flatnonzero(expected != right)
    return (int(first[group.reshape(-1)[wrong[0]]]), int(wrong[0])) if len(wrong) else None


def _symbols(vocabulary: Vocabulary, ids: Tokens) -> NDArray[np.str_]:
    return np.array(vocabulary.symbols)[ids]


def _right(task: Task, seen: Seen, column: int) -> NDArray[np.str_]:
    """Sets and answers that are not wanted in words, so that no symbol equals them."""
    return np.array([task.answer_text(answer) for answer in seen.answers[:, column].tolist()])
