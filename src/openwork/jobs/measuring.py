"""Every analysis as a method of a run, made from the one list of analyses: with its name, arguments and words there.

What a run knows itself (`GIVEN`) is not asked of whoever calls; the rest is the analysis's own signature.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from openwork.analyses import ANALYSES, Result
from openwork.jobs.arguments import fitting
from openwork.jobs.judged_run import JudgedRun
from openwork.report import Display
from openwork.runs import Run


def was_drawn(run: Run) -> bool:
    """Whether it was trained on drawn questions."""
    return not run.imported and run.experiment.split.inputs is not None


GIVEN: Mapping[str, Callable[[JudgedRun], Any]] = {
    "subject": lambda run: run.subject,
    "rows": lambda run: run.stored.history,
    "drawn": lambda run: was_drawn(run.stored),
    "run": lambda run: run.stored,
    "weights_at": lambda run: run.weights_over_training,
    "watch": lambda run: run.watch,
}
"""arguments of analyses that follow from the run, by name"""
Class = TypeVar("Class", bound=type[JudgedRun])


def measured(run: JudgedRun, analysis: Callable[..., Result], **told: Any) -> Result:
    """What the analysis gives for this run; `told` are its other arguments.

    Raises:
        PlanError: arguments of other kinds than the analysis takes, with every one; and what the analysis raises.
    """
    told = fitting(analysis, told)
    given = {name: GIVEN[name](run) for name in inspect.signature(analysis).parameters if name in GIVEN}
    return analysis(**given, **told)


def with_analyses(otherwise: Collection[str]) -> Callable[[Class], Class]:
    """Gives a class of runs a method for every analysis but those that a class made from it measures otherwise."""

    def given(cls: Class) -> Class:
        for name, analysis in ANALYSES.items():
            if (name := name.replace("-", "_")) not in otherwise:
                setattr(cls, name, _method(name, analysis, cls))
        return cls

    return given


def _method(name: str, analysis: Callable[..., Result], cls: type) -> Callable[..., Display]:
    signature = inspect.signature(analysis, eval_str=True)
    asked = [parameter for parameter in signature.parameters.values() if parameter.name not in GIVEN]
    told = inspect.Signature(asked)

    def method(self: JudgedRun, *args: Any, **kwargs: Any) -> Display:
        return Display(measured(self, analysis, **told.bind(*args, **kwargs).arguments))

    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__name__, method.__qualname__, method.__module__ = name, f"{cls.__name__}.{name}", cls.__module__
    method.__doc__ = _words(inspect.getdoc(analysis) or "")
    method.__signature__ = inspect.Signature([itself, *asked], return_annotation=Display)  # type: ignore[attr-defined]
    return method


def _words(doc: str) -> str:
    """The docstring without those of its arguments that the run gives."""
    given = rf"^    (?:{'|'.join(GIVEN)}): .*\n?(?:        .*\n?)*"
    return re.sub(r"\n\nArgs:\n(?=\n|\Z)", "", re.sub(given, "", doc, flags=re.MULTILINE)).rstrip()
