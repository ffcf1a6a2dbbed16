"""The live page as a widget of a notebook, whose question can be read and set from Python."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from openwork.errors import PlanError, Reason
from openwork.page.live_page import live_html
from openwork.page.live_report import LiveReport

MEND = "install the extra: pip install 'openwork[jupyter]'"


def page_widget(report: LiveReport, question: Callable[[Any], Sequence[int]]) -> Any:
    """The page as an `anywidget`, whose `question` holds the values of its variables, none until the page is shown.

    Args:
        report: what the page shows.
        question: reads what is set: gives the values `[variable]` of a question, or raises an `OpenworkError`.

    Raises:
        PlanError: anywidget is not installed, or the model cannot be shown.
    """
    made = _kind()(html=live_html(report), title=f"openwork: {report.subject.task.name}")
    made.reads = question
    return made


@cache
def _kind() -> type[Any]:
    """The class of widgets; made when it is asked for, since notebooks are an extra."""
    try:
        anywidget, traitlets = (importlib.import_module(name) for name in ("anywidget", "traitlets"))
    except ImportError as error:
        raise PlanError("no widget", Reason("anywidget", "is not installed", MEND)) from error

    class PageWidget(anywidget.AnyWidget):  # type: ignore[name-defined, misc]
        """A live page; see `page_widget`."""

        _esm = (files("openwork.page") / "widget.js").read_text(encoding="utf-8")
        html = traitlets.Unicode().tag(sync=True)
        title = traitlets.Unicode().tag(sync=True)
        question = traitlets.Any([]).tag(sync=True)
        reads: Callable[[Any], Sequence[int]] | None = None

        @traitlets.validate("question")  # type: ignore[untyped-decorator]
        def _as_values(self, proposal: Any) -> list[int]:
            """A number, a text or values, as values; what is no question is refused before the page hears of it."""
            value = proposal["value"]
            return list(map(int, value if self.reads is None else self.reads(value)))

    return PageWidget
