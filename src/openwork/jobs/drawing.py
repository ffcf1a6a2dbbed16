"""One run drawn: as a figure for a publication, and as a page to be talked with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from openwork.analyses import Routes, Subject
from openwork.errors import PlanError, Reason
from openwork.jobs.printing import save_figure
from openwork.page import LiveReport, PrintFigure, page_widget, routes_figure
from openwork.page.figure import Font


class HasRoutes(Protocol):
    """What is drawn."""

    @property
    def subject(self) -> Subject:
        """The model and its task."""

    @property
    def all_routes(self) -> Routes:
        """Those of all outputs."""

    def live(self) -> LiveReport:
        """The report as a page."""


class Drawing:
    """A run that draws itself."""

    def figure(
        self: HasRoutes, which: Literal["routes"], path: Path | str | None = None, *, font: Font = "sans"
    ) -> PrintFigure:
        """A figure for a publication, which shows itself in a notebook.

        Args:
            which: `routes`, all of them at once.
            path: a `.svg` or `.pdf` to write it to; a PDF is printed by the system's Chromium.
            font: `sans`, `serif`, or the families that `matplotlib` and `latex` write with.

        Raises:
            PlanError: there is no such figure, font or kind of file, no route to draw, or no Chromium for a PDF.
            StoreNotWritable: the file cannot be written there.
        """
        if which != "routes":
            raise PlanError("no such figure", Reason("which", repr(which), "`routes` is one"))
        drawn = routes_figure(self.subject.task, self.subject.spec, self.all_routes, font)
        if path is not None:
            save_figure(drawn, Path(path))
        return drawn

    def page(self: HasRoutes) -> Any:
        """The live page as a widget of a notebook (extra `[jupyter]`): its `question` can be read and set.

        What is set may be a question's number or its text (`"0 1 2 3"`), or the values of the task's variables: those
        are what it holds, `run.page().question`. Typed on the page, it changes here; set here, it changes there.

        Raises:
            PlanError: anywidget is not installed, or the model cannot be shown; of the widget, what is no question.
        """
        return page_widget(self.live(), partial(values_asked, self.subject))


def values_asked(subject: Subject, asked: Any) -> list[int]:
    """The values of a question's variables, by its number, its text or themselves.

    Raises:
        PlanError: it is no question of the task.
    """
    task = subject.task
    if isinstance(asked, str | int):
        return [int(value) for value in task.questions(subject.at([asked]).index)[0]]
    values = list(asked)
    if not values:
        return []
    fits = len(values) == len(task.variables) and all(
        isinstance(value, int) and 0 <= value < variable.values
        for value, variable in zip(values, task.variables, strict=False)
    )
    if not fits or not task.valid(np.array([values], np.int32))[0]:
        mend = f"a number, a text, or {len(task.variables)} values, one for each variable"
        raise PlanError("this cannot be asked", Reason("question", repr(asked), mend))
    return values
