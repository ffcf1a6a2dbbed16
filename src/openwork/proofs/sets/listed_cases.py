"""The cases of a task that names none, found by listing its questions: a tree that asks position after position."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.data.domain import MOST_ENUMERATED
from openwork.data.randomness import Stream, bits
from openwork.errors import PlanError, Reason
from openwork.proofs.sets.boxes import Boxes, counted
from openwork.tasks import Cases, Task, Tokens, format_count

MOST_LISTED = 2**20
"""questions"""
TRIED = 200
"""questions that are looked up in the cases before a proof begins"""
MOST_DRAWN = 2**15
"""cases of which a question is drawn before a proof begins"""
SMALL = 8
"""questions up to which each is a case of its own, where they have several answers"""


def cases_of(task: Task, output: str) -> Cases:
    """What the task says of its cases, or what listing its questions shows.

    `require_cases` says beforehand whether there are any.
    """
    told = task.cases(output)
    if told is not None:
        return told
    questions = task.questions(np.arange(task.domain_size or 0, dtype=np.int64))
    place = task.outputs.index(output)
    visible = task.graded[place] + 1 if task.attention_dir == "causal" else task.n_pos
    return _tree(task.tokens(questions), task.answers(questions)[:, place], len(task.vocabulary), visible)


def too_many_to_list(task: Task) -> bool:
    """Whether a proof that lists every question is out of reach, and the task says how to do without."""
    size = task.domain_size
    return size is not None and size > MOST_ENUMERATED and task.cases(task.outputs[0]) is not None


def require_cases(task: Task) -> list[Reason]:
    """Why there are no cases: the task says nothing, and its questions are too many to list."""
    size = task.domain_size
    if size is not None and (size <= MOST_LISTED or task.cases(task.outputs[0]) is not None):
        return []
    what = f"{task} has {format_count(size)} questions and names no cases (`Task.cases`)"
    mend = f"up to {MOST_LISTED:,} questions they are found by listing; give the task a method `cases`"
    return [Reason("domain", what, mend)]


def require_the_questions(subject: Subject, cases: Cases, place: int, visible: int) -> None:
    """Raises PlanError where the counts are not the domain's, or there are not so many questions in a case; where some
    of the questions at hand do not lie in exactly one case, of the right answer; or where one drawn from a case has
    another."""
    task, asked = subject.task, subject.inputs
    reasons = []
    if sum(cases.counts) != task.domain_size:
        what = f"they hold {sum(cases.counts):,} questions, not {task.domain_size:,}"
        reasons.append(Reason("counts", what))
    variables = [v.position for v in task.variables]
    sizes = Boxes(cases.allowed, cases.answers.astype(np.int64), counted(cases.counts)).sizes(variables)
    bad = [number for number, count in enumerate(cases.counts) if not 0 <= count <= sizes[number]]
    if bad:
        what = f"is said to hold {cases.counts[bad[0]]:,} questions, and has room for {sizes[bad[0]]:,}"
        reasons.append(Reason(f"case {bad[0]:,}", what))
    rows = np.linspace(0, len(asked) - 1, min(TRIED, len(asked))).astype(np.int64)
    inside = np.ones((len(rows), len(cases)), bool)
    for at in range(visible):
        inside &= cases.allowed[:, at].T[asked.tokens[rows, at]]
    own = inside & (cases.answers == asked.answers[rows, place, None])
    astray = np.flatnonzero(~own.any(1) | (inside.sum(1) != 1))
    if len(astray):
        number = int(asked.index[rows[astray[0]]])
        reasons.append(Reason(f"question {number:,}", "does not lie in exactly one case, of its right answer"))
    alone = asked.tokens[rows, :, None] == np.arange(len(task.vocabulary))
    told = task.narrowed(alone)
    if told is not None and not ((told[0] == alone).all() and set(told[1]) == {1}):
        reasons.append(Reason("narrowed", "loses a question, or counts it as none or several"))
    others = _answered_otherwise(task, cases, place, visible)
    if len(others):
        reasons.append(Reason(f"case {others[0]:,}", "holds a question of another answer"))
    if reasons:
        raise PlanError(f"the cases that {task} names for {task.outputs[place]} are not its questions", reasons)


def _answered_otherwise(task: Task, cases: Cases, place: int, visible: int) -> NDArray[np.int64]:
    """Cases in which lies a question of another answer than theirs, as far as drawing one of each tells."""
    variables = [v.position for v in task.variables]
    some = np.linspace(0, len(cases) - 1, min(MOST_DRAWN, len(cases))).astype(np.int64)
    may = cases.allowed[some]
    drawn = Stream(bits("questions of cases", place)).uniform(len(some), len(variables), may.shape[2])
    questions = np.where(may[:, variables], drawn, 0.0).argmax(-1).astype(np.int32)
    real = (questions < [v.values for v in task.variables]).all(1)
    real[real] = task.valid(questions[real])
    some, may, questions = some[real], may[real, :visible], questions[real]
    tokens, answers = task.tokens(questions)[:, :visible], task.answers(questions)[:, place]
    held = np.take_along_axis(may, tokens[..., None].astype(np.int64), -1).all((1, 2))
    return np.asarray(some[held & (answers != cases.answers[some])])


def _tree(tokens: Tokens, answers: NDArray[np.int32], symbols: int, visible: int) -> Cases:
    """Each leaf has one answer, and holds what stands at each position in its questions."""
    allowed, right, counts = [], [], []
    left = [np.arange(len(tokens))]
    while left:
        rows = left.pop()
        if (answers[rows] == answers[rows[0]]).all():
            leaf = np.zeros((tokens.shape[1], symbols), bool)
            leaf[np.arange(tokens.shape[1]), tokens[rows]] = True
            allowed.append(leaf)
            right.append(answers[rows[0]])
            counts.append(len(rows))
            continue
        if len(rows) <= SMALL:
            left += _apart(rows, tokens[rows, :visible])
            continue
        place = _telling(tokens[rows, :visible], answers[rows], symbols)
        left += [rows[tokens[rows, place] == symbol] for symbol in np.unique(tokens[rows, place])]
    return Cases(np.stack(allowed), np.array(right, np.int32), tuple(counts))


def _apart(rows: NDArray[np.int64], seen: Tokens) -> list[NDArray[np.int64]]:
    """Rows that look alike stay together."""
    _, own = np.unique(seen, axis=0, return_inverse=True)
    return [rows[own.ravel() == one] for one in range(int(own.max()) + 1)]


def _telling(seen: Tokens, answers: NDArray[np.int32], symbols: int) -> int:
    """The position that says most about the answer; of those that differ at all."""
    ids = np.unique(answers, return_inverse=True)[1].ravel()
    n = int(ids.max()) + 1
    best, place = np.inf, 0
    for at in range(seen.shape[1]):
        table = np.bincount(seen[:, at].astype(np.int64) * n + ids, minlength=symbols * n).reshape(symbols, n)
        totals = table.sum(1)
        if (totals > 0).sum() < 2:
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            left = -np.nansum(table * np.log(table / totals[:, None]))
        if left < best - 1e-9 * len(ids):
            best, place = left, at
    return place
