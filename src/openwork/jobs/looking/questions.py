"""What a model is asked: from strings, numbers, symbols or token ids to inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openwork.analyses import Subject
from openwork.data import Dataset, written_example
from openwork.errors import PlanError, Reason, suggestion
from openwork.jobs.looking.axis import Axis
from openwork.models import ModelSpec
from openwork.tasks import Tokens

TITLE = "these questions cannot be asked"


@dataclass(frozen=True, eq=False)
class Questions:
    """Inputs of a model.

    Attributes:
        tokens: `[input, pos]`, ids.
        texts: gives each input as a person reads it.
        dataset: the same with the right answers; None where they are tokens, of which nobody says what is right.
        symbols: what ids stand for.
    """

    tokens: Tokens
    texts: Callable[[], Sequence[str]]
    dataset: Dataset | None = None
    symbols: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def axis(self) -> Axis:
        """The axis `input`."""
        return Axis("input", len(self.tokens), self.texts)

    def take(self, rows: slice) -> Questions:
        """These inputs."""
        dataset = None if self.dataset is None else self.dataset.take(np.arange(len(self))[rows])
        return Questions(self.tokens[rows], lambda: self.texts()[rows], dataset, self.symbols)


def questions_of_task(subject: Subject, given: Any) -> Questions:
    """What is asked of a model with a task.

    Args:
        subject: the model, its task and all its inputs.
        given: None for all inputs; a question's number or its text, or a list of those; symbols, `[[symbol, …], …]`;
            token ids `[input, pos]`, asked as they are.

    Raises:
        PlanError: with everything among them that is no question.
    """
    task = subject.task
    if given is None:
        return _asking(subject, subject.inputs)
    ids = _as_ids(given)
    if ids is not None:
        return _of_ids(ids, subject.spec, task.vocabulary.symbols)
    listed = [given] if isinstance(given, str) or _whole(given) else _listed(given, written_example(task))
    rows = [one if isinstance(one, str) or not isinstance(one, Sequence) else " ".join(map(str, one)) for one in listed]
    return _asking(subject, subject.at(rows))


def questions_without_task(spec: ModelSpec, symbols: Sequence[str], given: Any) -> Questions:
    """What is asked of a model without a task.

    Args:
        spec: of the model.
        symbols: what its ids stand for; empty where it came without.
        given: token ids `[input, pos]`, or `[pos]` for one input; where it has symbols, also rows of those, or a string
            of them with spaces between.

    Raises:
        PlanError: with everything among them that cannot be asked.
    """
    if given is None:
        mend = "give token ids as [input, pos] or [pos]"
        raise PlanError(TITLE, Reason("questions", "the model has no task, so it has no domain", mend))
    texts = [given] if isinstance(given, str) else given if _texts(given) else None
    rows = [text.split() for text in texts] if texts is not None else given
    named = texts is not None or (isinstance(rows, Sequence) and any(_texts(row) for row in rows))
    if named:
        return _of_ids(ids_of_symbols(symbols, rows), spec, symbols)
    ids = np.asarray(given)
    if ids.dtype.kind not in "iu" or ids.ndim not in (1, 2) or 0 in ids.shape:
        what = f"an array of {ids.dtype} of shape {ids.shape}"
        raise PlanError("these are no tokens", Reason("questions", what, "give ids as [input, pos] or [pos]"))
    return _of_ids(np.atleast_2d(ids), spec, symbols)


def ids_of_symbols(symbols: Sequence[str], rows: Sequence[Sequence[object]]) -> Tokens:
    """The ids `[input, pos]` of rows of symbols of one length.

    Raises:
        PlanError: the model came without symbols, or with every one that it does not have.
    """
    known = {symbol: i for i, symbol in enumerate(symbols)}
    if not known:
        raise PlanError("the model has no symbols", Reason("symbols", "it came with ids only", "give logits ids"))
    listed = [[str(symbol) for symbol in row] for row in rows]
    strange = dict.fromkeys(symbol for row in listed for symbol in row if symbol not in known)
    reasons = [Reason(repr(symbol), "is no symbol of the model", suggestion(symbol, known)) for symbol in strange]
    if len({len(row) for row in listed}) > 1:
        reasons.append(Reason("symbols", "the rows have several lengths", "ask each length by itself"))
    if reasons:
        raise PlanError("these symbols cannot be asked", reasons)
    return np.array([[known[symbol] for symbol in row] for row in listed], np.int32)


def place_of(positions: Any, roles: Mapping[str, int]) -> tuple[int, ...] | None:
    """Positions by number or by role; None for all.

    Raises:
        PlanError: with every role that the task does not have.
    """
    if positions is None:
        return None
    listed = [positions] if isinstance(positions, str) or _whole(positions) else list(positions)
    bad = [one for one in listed if not _whole(one) and not (isinstance(one, str) and one in roles)]
    if bad:
        known = suggestion(str(bad[0]), roles) if roles else "give numbers: without a task positions have no names"
        reasons = [Reason("positions", f"{str(one)[:60]!r} is none of the model's", known) for one in bad]
        raise PlanError("there is no such position", reasons)
    return tuple(sorted(roles[one] if isinstance(one, str) else int(one) for one in listed))


def _asking(subject: Subject, dataset: Dataset) -> Questions:
    return Questions(dataset.tokens, lambda: subject.texts(dataset), dataset, subject.task.vocabulary.symbols)


def _of_ids(ids: Any, spec: ModelSpec, symbols: Sequence[str]) -> Questions:
    rows = np.ascontiguousarray(ids).astype(np.int32, casting="unsafe")
    strange = np.argwhere((rows != ids) | (rows < 0) | (rows >= spec.d_vocab))
    reasons = []
    if len(strange):
        row, pos = strange[0]
        what = f"id {ids[row, pos]} at input {row}, pos {pos} is none of the vocabulary"
        reasons.append(Reason("questions", what, f"ids are 0 to {spec.d_vocab - 1}"))
    if rows.shape[1] > spec.n_ctx:
        reasons.append(Reason("questions", f"{rows.shape[1]} positions are more than n_ctx {spec.n_ctx}"))
    if reasons:
        raise PlanError("these are no tokens", reasons)
    known = [*symbols, *map(str, range(len(symbols), spec.d_vocab))]
    return Questions(rows, lambda: [" ".join(known[token] for token in row) for row in rows.tolist()], None, known)


def _as_ids(given: Any) -> Any:
    """`[input, pos]` where it is an array, or a list of rows, of whole numbers; else None."""
    if isinstance(given, str | int) or given is None:
        return None
    try:
        array = np.asarray(given)
    except (ValueError, TypeError):
        return None
    return array if array.ndim == 2 and array.dtype.kind in "iu" and array.size else None


def _listed(given: Any, example: str) -> list[Any]:
    try:
        listed = list(given)
    except TypeError:
        listed = []
    if not listed:
        what = (
            f"{type(given).__name__} holds no question" if hasattr(given, "__len__") else f"{str(given)[:60]!r} is none"
        )
        raise PlanError(TITLE, Reason("questions", what, f"give a list, such as [{example!r}], or None for all"))
    return listed


def _whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, str) for one in value)
