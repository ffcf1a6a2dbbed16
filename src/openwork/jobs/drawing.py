"""Figures of one run for a publication."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

from openwork.analyses import Routes, Subject
from openwork.errors import PlanError, Reason
from openwork.jobs.printing import save_figure
from openwork.page import PrintFigure, routes_figure
from openwork.page.figure import Font


class HasRoutes(Protocol):
    """What is drawn."""

    @property
    def subject(self) -> Subject:
        """The model and its task."""

    @property
    def all_routes(self) -> Routes:
        """Those of all outputs."""


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
