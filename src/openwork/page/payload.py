"""What a live page holds of a run: spec, weights, task, and questions with their answers, as JSON."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
from safetensors.numpy import save

from openwork.analyses import Subject
from openwork.data import Dataset
from openwork.data.randomness import bits, permutation
from openwork.errors import visible
from openwork.models import Stack
from openwork.page.rules import live_rule
from openwork.tasks import Task

FORMAT = 1
MOST_ROWS = 2**17
"""questions that a browser can be asked to recount"""
MOST_TEXT = 500_000
"""characters of questions; with them a page stays well below 1.5 MB"""

Payload = dict[str, Any]


def payload(subject: Subject) -> Payload:
    """The model, the task, and the subject's inputs with their answers; read by `live/model` and `live/data`."""
    return {
        "format": FORMAT,
        "spec": subject.spec.model_dump(mode="json"),
        "weights": _base64(_safetensors(subject.stack)),
        "task": _task(subject),
        "domain": _domain(subject.task, subject.inputs),
    }


def embedded(value: object) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element, begin a comment, or control what
    shows its texts."""
    text = json.dumps(_seen(value), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _seen(value: Any) -> Any:
    """The same with every text in it `visible`."""
    match value:
        case str():
            return visible(value)
        case list() | tuple():
            return [_seen(item) for item in value]
        case dict():
            return {_seen(name): _seen(item) for name, item in value.items()}
    return value


def _safetensors(stack: Stack) -> bytes:
    return save({name: np.ascontiguousarray(array[0]) for name, array in stack.named().items()})


def _task(subject: Subject) -> dict[str, Any]:
    task = subject.task
    return {
        "name": task.name,
        "title": str(task),
        "summary": task.summary,
        "params": dict(task.params),
        "padToken": task.pad_token,
        "symbols": task.vocabulary.symbols,
        "answerSymbols": task.answer_vocabulary.symbols,
        "sets": task.answer_kind == "set",
        "varying": task.varying,
        "variables": [{"name": v.name, "values": v.values, "position": v.position} for v in task.variables],
        "nPos": task.n_pos,
        "graded": task.graded,
        "outputs": task.outputs,
        "roles": dict(task.roles),
        "positionNames": subject.position_names,
        "deciding_variables": [task.deciding_variable(output) for output in task.outputs],
    }


def _domain(task: Task, inputs: Dataset) -> dict[str, Any]:
    """Tokens, answers and the variables' values as columns: where neighbours are alike, deflated to nearly nothing.

    Drawn questions have no such neighbours: of them, as of too many, the page has some.
    """
    whole = inputs.sample_seed is None and len(inputs) == task.domain_size
    whole = whole and np.array_equal(inputs.index, np.arange(len(inputs)))
    held, columns = inputs, _columns(task, inputs)
    while len(columns) > MOST_TEXT or len(held) > MOST_ROWS:
        order = permutation(bits("live page"), len(held))
        held, whole = held.take(np.sort(order[: min(len(held) // 2, MOST_ROWS)])), False
        columns = _columns(task, held)
    domain = {
        "size": task.domain_size,
        "measured": len(inputs),
        "rows": len(held),
        "whole": whole,
        "bytes": _size(task),
        "columns": columns,
    }
    if whole:
        return domain
    index = _deflated(",".join(map(str, held.index.tolist())).encode())
    return domain | {"index": index, "rule": live_rule(task)}


def _columns(task: Task, inputs: Dataset) -> str:
    columns = np.concatenate([inputs.tokens, inputs.answers, task.questions(inputs.index)], axis=1).T
    return _deflated(columns.astype(f"<i{_size(task)}" if _size(task) == 4 else f"<u{_size(task)}").tobytes())


def _size(task: Task) -> int:
    """Bytes that hold any token, answer or value of the task; with a sign where an answer may not be wanted, and all of
    them where answers are sets."""
    if not task.one_symbol_each:
        return 4
    most = max(len(task.vocabulary), len(task.answer_vocabulary), *(v.values for v in task.variables))
    return 1 if most <= 2**8 else 2 if most <= 2**16 else 4


def _deflated(raw: bytes) -> str:
    return _base64(zlib.compress(raw, 9))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
