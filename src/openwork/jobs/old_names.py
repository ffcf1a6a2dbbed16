"""Names that methods of a run had before each was called as its analysis; they go in the next version.

`run.run` was the stored run before it ran questions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from openwork.errors import warn_renamed
from openwork.jobs.looking import Looking, Ran
from openwork.jobs.measured_run import MeasuredRun
from openwork.report import Display
from openwork.runs import Run


class RunsOnceRecord:
    """The method `run`, which has the attributes of the stored run of that name that was here before."""

    def __init__(self, method: Callable[..., Ran], record: Run) -> None:
        update_wrapper(self, method)
        self._method, self._record = method, record

    def __call__(self, questions: Any = None, **told: Any) -> Ran:
        return self._method(questions, **told)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._record, name)
        warn_renamed(f"run.run.{name}", f"run.stored.{name}")
        return found


class OnceRecord:
    """On the class the method itself, for `help`."""

    def __get__(self, opened: Any, owner: type) -> Any:
        method = Looking.run
        return method if opened is None else RunsOnceRecord(method.__get__(opened), opened.stored)


class OldNames(MeasuredRun):
    """Old names of an opened run's methods: each warns, and gives what the new one gives."""

    compared_siblings: Callable[..., Any]
    if not TYPE_CHECKING:
        run = OnceRecord()

    @property
    def ablations(self) -> Display:
        """The old name of `ablation_table`, a method."""
        warn_renamed("ablations", "ablation_table()")
        return self.ablation_table()

    @property
    def readouts(self) -> Display:
        """The old name of `readout_table`, a method."""
        warn_renamed("readouts", "readout_table()")
        return self.readout_table()

    def outputs(self, component: str, questions: Sequence[int] = ()) -> Display:
        """The old name of `component_outputs`."""
        warn_renamed("outputs", "component_outputs")
        return self.component_outputs(component, questions)

    def sisters(self, compare: bool = False) -> Any:
        """The old name of `compared_siblings`."""
        warn_renamed("sisters", "compared_siblings")
        return self.compared_siblings(compare)
