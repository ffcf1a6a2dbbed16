"""The analyses as a command line knows them: what each measures, what it can be told, and text as its arguments.

All of it follows from the analyses' own signatures and docstrings.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from openwork.analyses import ANALYSES
from openwork.errors import PlanError, Reason, suggestion
from openwork.jobs.measuring import GIVEN

YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
NAMES: dict[Any, str] = {int: "whole number", float: "number", bool: "yes or no", str: "text"}
ARGUMENT = re.compile(r"^(\w+): (.*)")


@dataclass(frozen=True)
class AnalysisOption:
    """One thing that an analysis can be told.

    Attributes:
        name: as in Python.
        kind: a type, or the tuple of words to choose from.
        several: whether it may be given more than once.
        required: whether the analysis cannot do without.
        default: as a person reads it; empty where there is none to tell.
        says: what it is.
    """

    name: str
    kind: Any
    several: bool
    required: bool
    default: str
    says: str

    @property
    def takes(self) -> str:
        """What may be given, in words."""
        one = " or ".join(self.kind) if isinstance(self.kind, tuple) else NAMES[self.kind]
        return f"{one}, repeatable" if self.several else one

    def value(self, text: str) -> Any:
        """This text as a value.

        Raises:
            ValueError: it is none, with what it should be.
        """
        if isinstance(self.kind, tuple):
            if text not in self.kind:
                raise ValueError(suggestion(text, self.kind))
            return text
        if self.kind is bool:
            if text.lower() not in YES_OR_NO:
                raise ValueError("say yes or no")
            return YES_OR_NO[text.lower()]
        try:
            return self.kind(text)
        except ValueError:
            raise ValueError(f"give a {NAMES[self.kind]}") from None


@dataclass(frozen=True)
class AnalysisView:
    """One analysis: its name, what it measures and costs, and what it can be told."""

    name: str
    measures: str
    """in several paragraphs, from the docstring of its file"""
    says: str
    """of what, at which cost"""
    options: tuple[AnalysisOption, ...]

    @property
    def headline(self) -> str:
        """What it measures, in a sentence or two."""
        return " ".join(self.measures.partition("\n\n")[0].split())


def analysis_views() -> tuple[AnalysisView, ...]:
    """Every analysis, in the registry's order."""
    return tuple(analysis_view(name) for name in ANALYSES)


def analysis_view(name: str) -> AnalysisView:
    """The analysis of this name.

    Raises:
        PlanError: there is none, with the nearest names.
    """
    if name not in ANALYSES:
        raise PlanError(
            "no such analysis", Reason(name, "there is no analysis of this name", suggestion(name, ANALYSES))
        )
    analysis = ANALYSES[name]
    text, told = _documented(inspect.getdoc(analysis) or "")
    hints = get_type_hints(analysis)
    options = tuple(
        _option(parameter, hints[parameter.name], told.get(parameter.name, ""))
        for parameter in inspect.signature(analysis).parameters.values()
        if parameter.name not in GIVEN
    )
    measures = inspect.cleandoc(inspect.getmodule(analysis).__doc__ or "")
    return AnalysisView(name, measures, text, options)


def arguments(view: AnalysisView, texts: Sequence[str]) -> dict[str, Any]:
    """`["outputs=y[6]", "positions=yes"]` as what the analysis takes.

    Raises:
        PlanError: with everything that is not NAME=VALUE, unknown, missing, given twice or of the wrong kind.
    """
    options = {option.name: option for option in view.options}
    values: dict[str, Any] = {}
    reasons: list[Reason] = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            reasons.append(Reason("--with", f"{text!r} is not NAME=VALUE", "write it as seed=1"))
        elif name not in options:
            reasons.append(Reason("--with", f"{view.name} has no {name!r}", suggestion(name, options)))
        elif name in values and not options[name].several:
            reasons.append(Reason("--with", f"{name} is given twice", "give it once"))
        else:
            try:
                made = options[name].value(value)
            except ValueError as error:
                reasons.append(Reason("--with", f"{name} cannot be {value!r}", str(error)))
                continue
            values[name] = [*values.get(name, []), made] if options[name].several else made
    given = {text.partition("=")[0] for text in texts}
    for option in view.options:
        if option.required and option.name not in given:
            reasons.append(Reason("--with", f"{view.name} needs {option.name}: {option.takes}", f"{option.name}=..."))
    if reasons:
        raise PlanError(f"cannot do {view.name}", reasons)
    return values


def _option(parameter: inspect.Parameter, hint: Any, says: str) -> AnalysisOption:
    kind, several = _kind(hint)
    required, default = parameter.default is inspect.Parameter.empty, parameter.default
    shown = "" if required or default is None or default == () else str(default)
    if isinstance(default, bool):
        shown = "yes" if default else "no"
    return AnalysisOption(parameter.name, kind, several, required, shown, says)


def _kind(hint: Any) -> tuple[Any, bool]:
    """The type of one value, or its words, and whether several may be given."""
    if get_origin(hint) in (Union, UnionType):
        # `str | Sequence[str]` takes one or several; what it takes besides None is told by its widest part.
        return _kind(next(part for part in reversed(get_args(hint)) if part is not NoneType))
    if get_origin(hint) is Literal:
        return get_args(hint), False
    if get_origin(hint) is Sequence:
        return _kind(get_args(hint)[0])[0], True
    return hint, False


def _documented(text: str) -> tuple[str, dict[str, str]]:
    """A docstring's paragraphs, and what it says of each argument."""
    before, _, after = text.partition("\nArgs:\n")
    said = before.partition("\nRaises:\n")[0].strip()
    told: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(after.partition("\nRaises:\n")[0]).splitlines():
        match = ARGUMENT.match(line)
        if match is not None:
            name, told[match[1]] = match[1], match[2]
        elif name and line.strip():
            told[name] += f" {line.strip()}"
    return said, told
