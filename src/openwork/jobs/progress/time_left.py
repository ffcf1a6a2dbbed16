"""An estimate of the time left that never grows: people plan by it."""

from __future__ import annotations

SLACK, ROUNDING = 1.25, 2.0
"""how much longer than was said it may become, as a factor and in seconds, before no more is said"""


class TimeLeft:
    """The least that was estimated so far; where that proves far too little, nothing from then on."""

    def __init__(self) -> None:
        self._told: float | None = None
        self._wrong = False

    def of(self, estimate: float) -> float | None:
        """What to tell where so many seconds are estimated to be left; None where no estimate has held."""
        if self._told is not None and estimate > SLACK * self._told + ROUNDING:
            self._wrong = True
        if self._wrong:
            return None
        self._told = estimate if self._told is None else min(self._told, estimate)
        return self._told
