"""What a task says of itself: its name, parameters, vocabularies, variables, positions and roles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from math import prod
from typing import get_args, get_type_hints

from openwork.errors import Reason
from openwork.tasks import Task

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def name_faults(task: Task) -> list[Reason]:
    """Every name or size that cannot be, or does not agree with another."""
    rules = {
        "name": _names,
        "params": _parameters,
        "vocabulary": _vocabularies,
        "variables": _variables,
        "kind": _kind,
        "positions": _positions,
        "outputs": _outputs,
        "roles": _roles,
    }
    return told_by({where: partial(rule, task) for where, rule in rules.items()})


def told_by(rules: Mapping[str, Callable[[], Iterable[Reason]]]) -> list[Reason]:
    """The faults that these rules find; a task that raises where it should answer is a fault too."""
    reasons: list[Reason] = []
    for where, rule in rules.items():
        try:
            reasons += rule()
        except Exception as error:
            reasons.append(Reason(where, f"raises {type(error).__name__}: {error}"))
    return reasons


def repeated(names: Iterable[object]) -> list[object]:
    """What occurs more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def _names(task: Task) -> Iterator[Reason]:
    if not NAME.fullmatch(task.name):
        yield Reason("name", f"{task.name!r} cannot be typed easily", "lower-case letters, digits and single hyphens")
    if not task.summary.strip() or "\n" in task.summary:
        yield Reason("summary", f"{task.summary!r} is not one line", "say in a few words what is computed")


def _parameters(task: Task) -> Iterator[Reason]:
    params = dict(task.params)
    odd = {name: value for name, value in params.items() if type(value) is not int}
    for name, value in odd.items():
        yield Reason("params", f"{name} is {value!r}", "parameters are whole numbers")
    if odd:
        return
    again = type(task)(**params)
    same = again == task and hash(again) == hash(task)
    if not same or (again.variables, again.vocabulary) != (task.variables, task.vocabulary):
        yield Reason("params", f"{params} make {again}, which is another task", "they are the constructor's arguments")


def _vocabularies(task: Task) -> Iterator[Reason]:
    for where in ("vocabulary", "answer_vocabulary"):
        symbols = getattr(task, where).symbols
        if not symbols:
            yield Reason(where, "has no symbols")
        if twice := repeated(symbols):
            yield Reason(where, f"{twice} occur more than once", "one token, one symbol")
        if not all(isinstance(symbol, str) and symbol for symbol in symbols):
            yield Reason(where, "has symbols that are not text, or empty")


def _variables(task: Task) -> Iterator[Reason]:
    variables = task.variables
    if not variables:
        yield Reason("variables", "there are none", "a question needs something to choose")
    for what in ("name", "position"):
        if twice := repeated(getattr(v, what) for v in variables):
            yield Reason("variables", f"{what} {', '.join(map(str, twice))} is taken more than once")
    for v in variables:
        if v.values < 1:
            yield Reason("variables", f"{v.name} has {v.values} values", "give it at least one")
        if not 0 <= v.position < task.n_pos:
            yield Reason("variables", f"{v.name} stands at {v.position}", f"positions are 0 to {task.n_pos - 1}")
    free, size = type(task).valid is Task.valid, prod(v.values for v in variables)
    if task.domain_size is not None and (
        task.domain_size < 1 or (task.domain_size != size if free else task.domain_size > size)
    ):
        yield Reason("domain_size", f"is {task.domain_size}", f"the variables make {size} questions")


def _kind(task: Task) -> Iterator[Reason]:
    if task.attention_dir not in (known := get_args(get_type_hints(Task)["attention_dir"])):
        yield Reason("attention_dir", f"is {task.attention_dir!r}", f"give one of {known}")
    if task.pad_token is not None and not 0 <= task.pad_token < len(task.vocabulary):
        yield Reason("pad_token", f"is {task.pad_token}", f"tokens are 0 to {len(task.vocabulary) - 1}")
    if not task.sampling.strip() or "\n" in task.sampling:
        yield Reason("sampling", f"{task.sampling!r} is not one line", "say in a few words how questions are drawn")


def _positions(task: Task) -> Iterator[Reason]:
    if task.n_pos < 1:
        yield Reason("n_pos", f"is {task.n_pos}", "a model needs a token")
    if task.n_ctx < task.n_pos:
        yield Reason("n_ctx", f"{task.n_ctx} is below n_pos {task.n_pos}", "the context must hold what the model sees")
    if not task.graded or list(task.graded) != sorted(set(task.graded)):
        yield Reason("graded", f"{task.graded} is empty or not ascending")
    if outside := [p for p in task.graded if not 0 <= p < task.n_pos]:
        yield Reason("graded", f"{outside} are not seen", f"positions are 0 to {task.n_pos - 1}")


def _outputs(task: Task) -> Iterator[Reason]:
    if len(task.outputs) != len(task.graded):
        yield Reason("outputs", f"{len(task.outputs)} names for {len(task.graded)} graded positions", "one name each")
    if twice := repeated(task.outputs):
        yield Reason("outputs", f"{twice} occur more than once")
    known = [v.name for v in task.variables]
    for output in task.outputs:
        if (name := task.deciding_variable(output)) is not None and name not in known:
            yield Reason(f"deciding_variable({output!r})", f"{name!r} is not a variable", f"the variables are {known}")


def _roles(task: Task) -> Iterator[Reason]:
    roles = task.roles
    for role, position in roles.items():
        if not 0 <= position < task.n_pos:
            yield Reason(f"roles[{role!r}]", f"{position} is not seen", f"positions are 0 to {task.n_pos - 1}")
    for v in task.variables:
        if roles.get(v.name) != v.position:
            yield Reason(f"roles[{v.name!r}]", f"is {roles.get(v.name)}", f"the variable stands at {v.position}")
    for output, position in zip(task.outputs, task.graded, strict=False):
        predicts = f"predicts {output}"
        if roles.get(predicts) != position:
            yield Reason(f"roles[{predicts!r}]", f"is {roles.get(predicts)}", f"it is graded at {position}")
        if (shown := roles.get(output)) is not None and shown != position + 1:
            mend = f"a token is predicted one position earlier: {position + 1}, or no role where it is not seen"
            yield Reason(f"roles[{output!r}]", f"is {shown}, and it is graded at {position}", mend)
