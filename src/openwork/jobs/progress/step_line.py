"""How far a measurement is, in one line."""

from __future__ import annotations

from openwork.analyses import Step
from openwork.jobs.progress.time_left import TimeLeft
from openwork.report.terminal.quantities import duration_text

ENOUGH = 0.05
"""share of the work that must be done before it is told how long the rest will take"""
PATIENCE = 1.0
"""seconds before that is told"""


class StepLine:
    """What is measured now, the share that is done, and the time left."""

    def __init__(self) -> None:
        self._step: Step | None = None
        self._first, self._most = (0.0, 0.0), 0.0
        self._left = TimeLeft()

    def take(self, step: Step, now: float) -> None:
        """The latest step, told at this second; one that is further back than another begins a new measurement."""
        if self._step is None or step.done < self._most:
            self._first, self._left = (now, step.done), TimeLeft()
        self._step, self._most = step, step.done

    def line(self, now: float) -> str:
        """The line at this second."""
        if self._step is None:
            return ""
        rows = f", {self._step.forward_rows:,} forward rows" if self._step.forward_rows else ""
        # Without rows a share counts what is done, however long each takes, and tells nothing of the time.
        rest = self._rest(now, self._step.done) if rows else ""
        return f"{self._step.what}, {100 * self._step.done:.0f} %{rest}{rows}"

    def _rest(self, now: float, done: float) -> str:
        spent, share = now - self._first[0], done - self._first[1]
        if spent < PATIENCE or share < ENOUGH:
            return ""
        left = self._left.of(spent * (1 - done) / share)
        return "" if left is None else f", about {duration_text(left)} left"
