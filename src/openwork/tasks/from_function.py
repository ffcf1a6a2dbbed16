"""A task from one function: the question's variables are its parameters, and what it returns is the answer.

::

    @openwork.task(x=("base", "length"))
    def mirror(x, *, base=3, length=4):
        "reverse the digits"
        return x[::-1]

The sequence is `x[0..n-1] =`, and then the answers where there are several (`y[0..m-1]`), each shown after it was
predicted; a single answer is `y`, wanted at `=`.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import keyword
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from openwork.errors import Reason, TaskError
from openwork.tasks.asked_as_needed import ASKED_FIRST, AskedAsNeeded, FirstDraws, asked_as_needed
from openwork.tasks.contract import Draws, Task, TaskFile, Tokens, Variable
from openwork.tasks.declared_rows import Argument, row_of
from openwork.tasks.defined import defined
from openwork.tasks.function_table import Table, table_of
from openwork.tasks.learned import learned_with
from openwork.tasks.numbering import numbers_of
from openwork.tasks.vocabulary import Vocabulary

MOST_QUESTIONS = 2**20
"""a Python function is asked every one of them; of more, what is drawn"""
MOST_VALUES = 2**16
END = "="
RESERVED = ("model", "training", "split", "answers")
Values = int | str | list[str]
"""a number of values, the name of the parameter that says it, or symbols"""
Declared = Values | tuple[Values, int | str]
"""one variable, or as many as the second says, which the function gets as a list"""


def task(
    *,
    model: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    split: Mapping[str, Any] | None = None,
    answers: Sequence[str | int] | None = None,
    **variables: Declared,
) -> Callable[[Callable[..., Any]], type[FunctionTask]]:
    """Makes a function a task.

    Args:
        model: fields of `ModelSpec` that differ from the usual, such as `{"n_layers": 1}`.
        training: fields of `Recipe` that differ, such as `{"epochs": 50}`.
        split: fields of `Split` that differ, such as `{"held_out": 0.1}`.
        answers: the symbols of answers, or the numbers that are written so, for a task of more than 2^20 questions: a
            function is not asked so many, but what is drawn, and unless they are said the first 2,048 drawn say which
            symbols there are.
        variables: for each parameter of the function, its values: `a=7` is a number from 0 to 6, `op=["+", "-"]` one of
            these symbols, `x=(4, 8)` a list of eight numbers below 4. In place of a number may stand the name of a
            keyword-only parameter of the function with a default: those are the task's parameters (`--param`).

    Raises:
        TaskError: what is declared is not what the function takes; with every reason.
    """
    learned = learned_with(model=model, training=training, split=split)

    def made(function: Callable[..., Any]) -> type[FunctionTask]:
        sizes = _checked(function, variables)
        symbols = None if answers is None else tuple(map(str, answers))
        return defined(FunctionTask, function, sizes, learned=learned, declared=dict(variables), symbols=symbols)

    return made


class FunctionTask(Task):
    """What `task` makes of a function.

    Raises:
        TaskError: sizes that cannot be, or a function that raises, does not answer, or answers in another way the next
            time; with the questions.
    """

    function: Callable[..., Any]
    declared: Mapping[str, Declared]
    sizes: Mapping[str, int]
    symbols: Sequence[str] | None = None
    """of answers, where they are said"""
    drawn: Callable[[Draws], Any] | None = None
    """see `draw`"""

    def __init__(self, **params: int) -> None:
        self._params = {**self.sizes, **params}
        self._arguments = self._read()
        self._table: Table | AskedAsNeeded
        if prod(self._radix) > MOST_QUESTIONS:
            shown = [symbol for argument in self._arguments for symbol in argument.symbols]
            first = self.sample(FirstDraws(), ASKED_FIRST)
            self._table = asked_as_needed(first, self._asked, self.symbols, shown)
        else:
            answers = table_of(type(self), tuple(self._params.items()), self._radix, self._asked)
            if answers.reasons:
                raise TaskError(f"{self.name} cannot be computed", answers.reasons)
            self._table = answers
        if self.file is None:
            self.file = TaskFile("", self._content())

    @property
    def params(self) -> Mapping[str, int]:
        return self._params

    @cached_property
    def vocabulary(self) -> Vocabulary:
        shown = [s for argument in self._arguments for s in argument.symbols]
        shown += self._table.symbols if self._table.several else []
        return Vocabulary((*dict.fromkeys(shown), END))

    @cached_property
    def answer_vocabulary(self) -> Vocabulary:
        return self.vocabulary if self._table.several else Vocabulary(self._table.symbols)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        named = [
            (name, len(argument.symbols))
            for argument in self._arguments
            for name in ([argument.name] if argument.several is None else _numbered(argument.name, argument.several))
        ]
        return tuple(Variable(name, values, position) for position, (name, values) in enumerate(named))

    @property
    def n_pos(self) -> int:
        return len(self.variables) + len(self.outputs)

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(len(self.variables), self.n_pos))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(_numbered("y", self._table.width)) if self._table.several else ("y",)

    @cached_property
    def roles(self) -> Mapping[str, int]:
        seen = {v.name: v.position for v in self.variables} | {END: len(self.variables)}
        seen |= {y: position + 1 for y, position in list(zip(self.outputs, self.graded, strict=True))[:-1]}
        return seen | {f"predicts {y}": position for y, position in zip(self.outputs, self.graded, strict=True)}

    def tokens(self, questions: Tokens) -> Tokens:
        columns = [self._ids[i][questions[:, i]] for i in range(len(self.variables))]
        columns.append(np.full(len(questions), len(self.vocabulary) - 1))
        tokens = np.concatenate([np.stack(columns, axis=1), self.answers(questions)[:, :-1]], axis=1)
        return tokens.astype(np.int32)

    def answers(self, questions: Tokens) -> Tokens:
        ids = np.array([self.answer_vocabulary.symbols.index(s) for s in self._table.symbols])
        answers: Tokens = ids[self._answered(questions)].astype(np.int32)
        return answers

    def _answered(self, questions: Tokens) -> Tokens:
        """`[input, output]`, places in the table's symbols."""
        if isinstance(self._table, AskedAsNeeded):
            return self._table.ids(questions)
        found: Tokens = self._table.ids[numbers_of(questions, self._radix)]
        return found

    def deciding_variable(self, output: str) -> str | None:
        if isinstance(self._table, AskedAsNeeded):
            return None  # of so many questions nobody has seen all
        right = self._table.ids[:, self.outputs.index(output)].reshape(self._radix)
        if (right == right.flat[0]).all():
            return None
        for axis, variable in enumerate(self.variables):
            alone = np.moveaxis(right, axis, 0).reshape(variable.values, -1)
            if (alone == alone[:, :1]).all():
                return variable.name
        return None

    @classmethod
    def draw(cls, function: Callable[[Draws], Any]) -> Callable[[Draws], Any]:
        """Makes a function say how questions are drawn, in place of each being equally likely; used as `@mine.draw`.

        It is called for every question with `draws` and returns the task's arguments: a tuple in their order, a
        dictionary by name, or of a single argument just that. All its choices come from `draws.integers(below, n)` and
        `draws.uniform(n)`, so that a seed decides them. The first line of its documentation says how it draws.
        """
        cls.drawn = staticmethod(function)
        cls.sampling = (inspect.getdoc(function) or "as the task's own draw says").strip().splitlines()[0]
        return function

    def sample(self, draws: Draws, n: int) -> Tokens:
        drawn = self.drawn
        if drawn is None:
            return super().sample(draws, n)
        return np.array([row_of(drawn(draws), self._arguments) for _ in range(n)], np.int32)

    def _content(self) -> str:
        """SHA-256 of every question and answer, or of those drawn first: what a task is that no file says."""
        shown = [[a.name, a.symbols, a.several] for a in self._arguments]
        said = json.dumps([self.name, dict(self._params), shown, self._table.symbols, self._table.several])
        if isinstance(self._table, AskedAsNeeded):
            answers = repr(sorted(self._table.known.items())).encode()
        else:
            answers = self._table.ids.astype("<i4").tobytes()
        return hashlib.sha256(said.encode() + answers).hexdigest()

    @cached_property
    def _radix(self) -> tuple[int, ...]:
        return tuple(len(a.symbols) for a in self._arguments for _ in range(1 if a.several is None else a.several))

    @cached_property
    def _ids(self) -> list[Tokens]:
        """The token of each value, for each variable."""
        at = {symbol: token for token, symbol in enumerate(self.vocabulary.symbols)}
        of = [np.array([at[s] for s in a.symbols], np.int32) for a in self._arguments]
        return [ids for ids, a in zip(of, self._arguments, strict=True) for _ in range(a.several or 1)]

    def _asked(self, row: tuple[int, ...]) -> tuple[Callable[[], Any], str]:
        """The function's call for one question, and the question in words."""
        given: dict[str, Any] = {}
        rest = list(row)
        for a in self._arguments:
            n = 1 if a.several is None else a.several
            here, rest = rest[:n], rest[n:]
            values = [v if a.numbers else a.symbols[v] for v in here]
            given[a.name] = values[0] if a.several is None else values
        said = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return (lambda: type(self).function(**given, **self._params)), said

    def _read(self) -> list[Argument]:
        arguments, reasons = [], []
        for name, declared in self.declared.items():
            values, several = declared if isinstance(declared, tuple) else (declared, None)
            many = values if isinstance(values, list) else self._params[values] if isinstance(values, str) else values
            count = self._params[several] if isinstance(several, str) else several
            symbols = tuple(many) if isinstance(many, list) else tuple(map(str, range(min(many, MOST_VALUES))))
            if not isinstance(many, list) and many > MOST_VALUES:
                mend = f"a model has a symbol for each: give it {MOST_VALUES:,} at most"
                reasons.append(Reason(name, f"has {many:,} values", mend))
            if not symbols:
                reasons.append(Reason(name, f"has {many} values", "give it at least one"))
            if count is not None and not 1 <= count <= 64:
                reasons.append(Reason(name, f"is a list of {count}", "give it 1 to 64"))
            arguments.append(Argument(name, symbols, not isinstance(many, list), count))
        if reasons:
            raise TaskError(f"there is no such {self.name} task", reasons)
        return arguments


def _numbered(stem: str, count: int) -> list[str]:
    return [f"{stem}[{i}]" for i in range(count)]


def _checked(function: Callable[..., Any], variables: Mapping[str, Any]) -> dict[str, int]:
    """The task's parameters with their defaults, once everything declared is right."""
    reasons: list[Reason] = []
    taken = inspect.signature(function).parameters.values()
    wanted = [p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD]
    sizes = {p.name: p.default for p in taken if p.kind is p.KEYWORD_ONLY}
    for p in taken:
        if p.kind not in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
            reasons.append(Reason(p.name, "is not a plain parameter", "name every variable"))
        if p.kind is p.KEYWORD_ONLY and type(p.default) is not int:
            reasons.append(Reason(p.name, "has no whole number as default", f"write {p.name}=4"))
    if not wanted:
        reasons.append(Reason("parameters", "the function takes none", "a question needs something to choose"))
    for name in wanted:
        if name in RESERVED or name == "y" or keyword.iskeyword(name):
            reasons.append(Reason(name, "is taken", "give the parameter another name"))
        elif name not in variables:
            reasons.append(Reason(name, "its values are not declared", f"write @openwork.task({name}=4)"))
    reasons += [Reason(n, "the function has no such parameter") for n in variables if n not in wanted]
    for name, declared in variables.items():
        reasons += [Reason(name, what, mend) for what, mend in _undeclarable(declared, sizes)]
    if reasons:
        raise TaskError(f"{function.__name__} is not a task", reasons)
    return sizes


def _undeclarable(declared: Any, sizes: Mapping[str, int]) -> list[tuple[str, str]]:
    parts = declared if isinstance(declared, tuple) and len(declared) == 2 else (declared,)
    parameters = []
    for part in parts:
        if isinstance(part, str) and part not in sizes:
            mend = f"write it in the function: *, {part}=4; or give symbols as a list of text"
            parameters.append((f"there is no parameter {part!r}", mend))
        elif isinstance(part, list) and part is parts[0]:
            if not part or not all(isinstance(s, str) and s for s in part):
                parameters.append((f"{part!r} are not symbols", "give a list of text"))
            elif len(set(part)) < len(part) or END in part:
                parameters.append(
                    (f"the symbols {part!r} clash", f"write each once, and not {END!r}, which ends a question")
                )
        elif not isinstance(part, str) and type(part) is not int:
            parameters.append((f"{declared!r} is no declaration", "write 7, (4, 8), or a list of symbols"))
    return parameters
