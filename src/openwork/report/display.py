"""A result that shows itself: in Jupyter as a static fragment, as a Plotly figure, as rows for pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openwork.analyses import Record, Result
from openwork.errors import OpenworkError, Reason
from openwork.report import lower_plotly
from openwork.report.html.lowering import html_fragment
from openwork.report.parts import Beside, Fold, Part, Section
from openwork.report.sections import parts_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Display:
    """One analysis result, shown. Every attribute of the result is an attribute here: `display.mean`."""

    __slots__ = ("_result",)

    def __init__(self, result: Result) -> None:
        self._result = result

    @property
    def result(self) -> Result:
        """The result itself, numbers only."""
        return self._result

    def records(self) -> list[Record]:
        """The numbers as rows of one shape: `pandas.DataFrame(display.records())`."""
        return self._result.records()

    def parts(self) -> tuple[Part, ...]:
        """What a report would show."""
        return parts_of(self._result)

    def figures(self) -> tuple[go.Figure, ...]:
        """Everything that can be drawn, as Plotly figures; of a layer's attention, one for each head."""
        return tuple(lower_plotly.figure_of(part) for part in _drawable(self.parts()))

    def figure(self, which: int = 0) -> go.Figure:
        """One of `figures`, by default the first.

        Raises:
            OpenworkError: the result has no such figure.
        """
        drawable = _drawable(self.parts())
        if not 0 <= which < len(drawable):
            reason = Reason("figure", f"there is no figure {which}", f"it has {len(drawable)}, counted from 0")
            raise OpenworkError(f"no such figure of {self._result.title}", reason)
        return lower_plotly.figure_of(drawable[which])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._result, name)

    def __dir__(self) -> list[str]:
        own = [name for name in super().__dir__() if not name.startswith("_")]
        return sorted({*own, *(name for name in dir(self._result) if not name.startswith("_"))})

    def __repr__(self) -> str:
        return f"{self._result.title}\n{self._result.summary}"

    def _repr_html_(self) -> str:
        return html_fragment(self.parts())


def _drawable(shown: tuple[Part, ...]) -> list[Part]:
    parts: list[Part] = []
    for part in shown:
        if isinstance(part, Beside | Fold | Section):
            parts += _drawable(part.parts)
        elif isinstance(part, lower_plotly.DRAWN):
            parts.append(part)
    return parts
