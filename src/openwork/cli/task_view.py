"""A task in plain values, for people and for machines."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from openwork.data import MOST_MEASURED
from openwork.tasks import Task, format_count, make
from openwork.training import EXPERIMENTS

MOST_NAMED = 8
"""outputs that are named one by one"""
MOST_SYMBOLS, MOST_IN_A_ROW = 12, 10
"""symbols that are named one by one, and numbers in a row among them"""


def describe(cls: type[Task]) -> dict[str, Any]:
    """A task type in plain values; its sizes are those of its default parameters, where it has them all."""
    accepted = inspect.signature(cls).parameters
    required = [name for name, p in accepted.items() if p.default is inspect.Parameter.empty]
    description: dict[str, Any] = {
        "name": cls.name,
        "summary": cls.summary,
        "parameters": {name: "required" if name in required else p.default for name, p in accepted.items()},
        "experiments": [name for name, experiment in EXPERIMENTS.items() if experiment.task == cls.name],
    }
    if not required:
        task = make(cls)
        description |= {
            "domain": task.domain_size,
            "sampling": "" if enumerated(task) else task.sampling,
            "positions": task.n_pos,
            "outputs": list(task.outputs),
            "graded": where_graded(task),
            "vocabulary": list(task.vocabulary.symbols),
            "answers": list(task.answer_vocabulary.symbols),
            "attention_dir": task.attention_dir,
            "pad": None if task.pad_token is None else task.vocabulary.symbols[task.pad_token],
        }
    return description


def enumerated(task: Task) -> bool:
    """Whether every question is measured unless something else is asked for."""
    return task.domain_size is not None and task.domain_size <= MOST_MEASURED


def where_graded(task: Task) -> str:
    """Where answers are wanted, in words."""
    if len(task.graded) == 1:
        return {0: "at the start", task.n_pos - 1: "at the end"}.get(task.graded[0], f"at position {task.graded[0]}")
    if len(task.graded) == task.n_pos:
        return "at every position"
    return f"at {len(task.graded)} positions"


def domain_line(task: dict[str, Any]) -> str:
    """How many inputs there are, and how they are drawn where they are too many."""
    many = "inputs, too many to count" if task["domain"] is None else f"{format_count(task['domain'])} inputs"
    return f"{many}; drawn: {task['sampling']}" if task["sampling"] else many


def seen_line(task: dict[str, Any]) -> str:
    """What a model sees, and how."""
    pad = "" if task["pad"] is None else f", padded with {task['pad']}"
    direction = "" if task["attention_dir"] == "causal" else f", {task['attention_dir']}"
    return f"{task['positions']} tokens of {' '.join(in_short(task['vocabulary']))}{pad}{direction}"


def answer_line(task: dict[str, Any]) -> str:
    """Where answers are wanted, and which."""
    own = "" if task["answers"] == task["vocabulary"] else f": {' / '.join(in_short(task['answers']))}"
    return f"{task['graded']}{own}"


def in_short(symbols: Sequence[str]) -> list[str]:
    """Symbols, with numbers in a row as `0..30`, and `...` where what is left is still many."""
    parts: list[str] = []
    for _, group in groupby(enumerate(symbols), lambda item: _steps(*item)):
        row = [symbol for _, symbol in group]
        parts += row if len(row) <= MOST_IN_A_ROW else [f"{row[0]}..{row[-1]}"]
    few = MOST_SYMBOLS // 2
    return parts if len(parts) <= MOST_SYMBOLS else [*parts[:few], "...", *parts[-2:]]


def _steps(place: int, symbol: str) -> object:
    """The same for all numbers of a row that goes up by one, and for nothing else."""
    return int(symbol) - place if symbol.isdecimal() and symbol == str(int(symbol)) else symbol


def outputs_line(task: dict[str, Any]) -> str:
    """The names of what is predicted; the first and the last of many."""
    outputs = [f"`{output}`" for output in task["outputs"]]
    return ", ".join(outputs) if len(outputs) <= MOST_NAMED else f"{outputs[0]} to {outputs[-1]}"
