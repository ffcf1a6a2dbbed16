"""How far the search for all routes is, told after every sweep."""

from __future__ import annotations

from collections.abc import Sequence

from openwork.analyses.steps import Step, Watch


class RoutesProgress:
    """Counts rows and tells a watch which variable of how many is being followed, and to which output.

    Args:
        watch: is told.
        names: of the variables, in order.
        work: of each, by an estimate.
    """

    def __init__(self, watch: Watch, names: Sequence[str], work: Sequence[int]) -> None:
        self.watch, self.names, self.work = watch, names, work
        self.rows = 0
        self._done = self._begun = self._share = 0.0
        self._route_rows, self._expected = 0, 1.0
        self._what = "routes"

    def variable(self, number: int) -> None:
        """Pairs are being made for this one."""
        self._what = f"{self.names[number]}, {self._counted(number)}"
        self._begun = sum(self.work[:number]) / sum(self.work)
        self._tell(self._begun)

    def route(self, output: str, which: int, of: int, number: int, expected: float) -> None:
        """The route of variable `number` to one output of several is being sought, for about `expected` rows."""
        counted = f", output {which + 1} of {of}" if of > 1 else ""
        self._what = f"{output} <- {self.names[number]}, {self._counted(number)}{counted}"
        self._share = self.work[number] / sum(self.work) / of
        self._begun = sum(self.work[:number]) / sum(self.work) + which * self._share
        self._route_rows, self._expected = 0, max(expected, 1.0)
        self._tell(self._begun)

    def swept(self, rows: int) -> None:
        """So many rows were run."""
        self.rows += rows
        self._route_rows += rows
        self._tell(self._begun + min(self._route_rows / self._expected, 1.0) * self._share)

    def end(self) -> None:
        """All is found."""
        self._what = "routes"
        self._tell(1.0)

    def _counted(self, number: int) -> str:
        return f"variable {number + 1} of {len(self.names)}"

    def _tell(self, done: float) -> None:
        """Never less than before."""
        self._done = max(self._done, min(done, 1.0))
        self.watch(Step(self._what, self._done, self.rows))
