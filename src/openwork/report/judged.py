"""Verdicts that show themselves: in Jupyter as a static fragment, as a Plotly figure, as rows for pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openwork.analyses import Record
from openwork.claims import Verdict
from openwork.report import lower_plotly
from openwork.report.html.lowering import html_fragment
from openwork.report.parts import Table, columns
from openwork.report.sections import verdict_parts
from openwork.report.sections.verdicts import HOLDS, count_line

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Judged(tuple[Verdict, ...]):
    """The verdicts on some claims, in order: a tuple of `Verdict`."""

    __slots__ = ()

    def records(self) -> list[Record]:
        """One row for every case of every claim: `pandas.DataFrame(run.claims.records())`."""
        return [record for verdict in self for record in verdict.records()]

    def named(self, id: str) -> Verdict:
        """The verdict on the claim with this id.

        Raises:
            KeyError: no claim has it; the message lists those that are there.
        """
        by_id = {verdict.claim.id: verdict for verdict in self}
        if id not in by_id:
            raise KeyError(f"{id}; judged are {', '.join(by_id)}")
        return by_id[id]

    def figure(self) -> go.Figure:
        """Every case with what was found, as a Plotly table."""
        rows = tuple(
            (f"{v.claim.id}: {case.label}", f"{case.value:.4f}", f"{case.threshold:g}", HOLDS[case.holds])
            for v in self
            for case in v.parts
        )
        heads = columns("case", "found", "threshold", "holds", numeric=(1, 2))
        return lower_plotly.figure_of(Table(heads, rows, count_line(self)))

    def __repr__(self) -> str:
        return "\n".join([count_line(self), *(f"  {verdict}" for verdict in self)])

    def _repr_html_(self) -> str:
        return html_fragment(verdict_parts(self))
