"""A language from one function that says what may follow a prefix, or from a regular expression.

::

    @openwork.language(symbols="ab", length=12)
    def pairs(prefix):
        "every a is followed by its b"
        return "b" if prefix.endswith("a") else ["a", openwork.END]

    @openwork.language(regex="(ab)*", length=12)
    def pairs():
        "every a is followed by its b"
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton
from openwork.tasks.contract import TaskFile
from openwork.tasks.defined import defined
from openwork.tasks.learned import learned_with
from openwork.tasks.prefix_tree import Told, tree_of
from openwork.tasks.prefixes import EOS, SPECIAL, Language, unfit_language
from openwork.tasks.regular import automaton_of_regex, symbols_of_regex
from openwork.tasks.symbol_sets import set_of


def language(
    *,
    length: int,
    symbols: str | Sequence[str] | None = None,
    regex: str | None = None,
    model: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    split: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], type[FunctionLanguage]]:
    """Makes a function a task: of every prefix of a language, which symbols may follow, and may the text end?

    Args:
        length: of the longest prefix that is asked; a parameter of the task (`--param length=20`).
        symbols: what texts are written with: a text of single characters, or a list. Of a regular expression those that
            it names, in order of character, unless given.
        regex: a regular expression of the words, over symbols of one character; the function then only gives the
            task its name and its first line of documentation.
        model: fields of `ModelSpec` that differ from the usual, such as `{"n_layers": 1}`.
        training: fields of `Recipe` that differ, such as `{"epochs": 50}`.
        split: fields of `DataSplit` that differ, such as `{"held_out": 0.1}`.

    The function gets a prefix, a text where symbols are single characters and else a tuple, and returns the symbols
    that may follow: a text, list or set, with `openwork.END` among them where the text may end. Keyword-only parameters
    with whole numbers as defaults are parameters of the task.

    Raises:
        TaskError: what is declared is no language; with every reason.
    """
    learned = learned_with(model=model, training=training, split=split)

    def made(function: Callable[..., Any]) -> type[FunctionLanguage]:
        named = _symbols(symbols, regex)
        sizes = _checked(function, named, regex, length)
        return defined(FunctionLanguage, function, sizes, learned=learned, symbols=named, regex=regex)

    return made


class FunctionLanguage(Language):
    """What `language` makes of a function.

    Raises:
        TaskError: a length that cannot be, a function that raises, allows nothing or another thing the next time, or a
            regular expression that cannot be read or matches nothing; with the prefixes.
    """

    function: Callable[..., Any]
    symbols: tuple[str, ...]
    regex: str | None
    sizes: Mapping[str, int]

    def __init__(self, **params: int) -> None:
        self._params = {**self.sizes, **params}
        self.length = self._params["length"]
        if reasons := unfit_language(self.length):
            raise TaskError(f"there is no such {self.name} task", reasons)
        self._told = _told_by(type(self), tuple(self._params.items()))
        if self._told.reasons:
            raise TaskError(f"{self.name} is no language", self._told.reasons)
        if self.file is None:
            self.file = TaskFile("", self._content())

    @property
    def params(self) -> Mapping[str, int]:
        return self._params

    @property
    def automaton(self) -> Automaton:
        return self._told.automaton

    @cached_property
    def following(self) -> NDArray[np.int32]:
        members = np.zeros((len(self.automaton), len(self.vocabulary)), bool)
        members[:, : len(self.symbols)] = self._told.members[:, :-1]
        members[:, self.vocabulary.symbols.index(EOS)] = self._told.members[:, -1]
        return set_of(members)

    def _content(self) -> str:
        """SHA-256 of every prefix and what may follow: what a task is that no file says."""
        said = json.dumps([self.name, dict(self._params), self.symbols])
        told = self._told.automaton.steps.astype("<i4").tobytes() + self._told.members.tobytes()
        return hashlib.sha256(said.encode() + told).hexdigest()


@lru_cache(maxsize=16)
def _told_by(cls: type[FunctionLanguage], params: tuple[tuple[str, int], ...]) -> Told:
    """What the function or the expression says; kept for the next task of this kind with these parameters."""
    sizes = dict(params)
    length = sizes.pop("length")
    if cls.regex is None:
        wanted = sizes | ({"length": length} if "length" in inspect.signature(cls.function).parameters else {})
        return tree_of(cls.symbols, length, partial(cls.function, **wanted))
    automaton = automaton_of_regex(cls.regex, cls.symbols)
    members = np.concatenate([automaton.steps >= 0, automaton.accepting[:, None]], axis=1)
    return Told(automaton, members)


def _symbols(symbols: str | Sequence[str] | None, regex: str | None) -> tuple[str, ...]:
    if symbols is None:
        return () if regex is None else symbols_of_regex(regex)
    return tuple(symbols)


def _checked(function: Callable[..., Any], symbols: tuple[str, ...], regex: str | None, length: int) -> dict[str, int]:
    """The task's parameters with their defaults, once everything declared is right."""
    taken = list(inspect.signature(function).parameters.values())
    wanted = [p.name for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    sizes = {p.name: p.default for p in taken if p.kind is p.KEYWORD_ONLY}
    reasons = [
        Reason(n, "has no whole number as default", f"write {n}=4") for n, v in sizes.items() if type(v) is not int
    ]
    if regex is None and len(wanted) != 1:
        reasons.append(Reason("parameters", f"the function takes {wanted}", "it gets one thing: the prefix"))
    if regex is not None and (wanted or sizes):
        reasons.append(Reason("parameters", "are for nothing: the regular expression says the language", "take none"))
    if not symbols or not all(isinstance(s, str) and s for s in symbols) or len(set(symbols)) < len(symbols):
        reasons.append(Reason("symbols", f"{symbols!r}", "give every symbol once, as text"))
    elif clash := set(symbols) & set(SPECIAL):
        reasons.append(Reason("symbols", f"{' '.join(sorted(clash))} stand around texts", "give them other names"))
    if regex is not None and any(len(symbol) != 1 for symbol in symbols):
        reasons.append(Reason("symbols", f"{symbols!r}", "a regular expression has symbols of one character"))
    reasons += unfit_language(length if type(length) is int else -1, len(symbols))
    if regex is not None and not reasons:
        automaton_of_regex(regex, symbols)
    if reasons:
        raise TaskError(f"{function.__name__} is not a language", reasons)
    return {"length": length, **{name: size for name, size in sizes.items() if name != "length"}}
