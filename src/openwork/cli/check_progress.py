"""How a check is watched: how many inputs have run through the model, of how many, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from openwork.cli.output import duration_text

QUIET = 2.0
"""seconds before anything is said, and between lines"""


class CheckDisplay:
    """Give its instance to `OpenedRun.check` as `watch`. On a terminal one line is written over and over.

    Args:
        console: where to show it.
        total: inputs that will be run through the model, training aside.
        clock: seconds, for tests.
    """

    def __init__(self, console: Console, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._total, self._clock = console, total, clock
        self._done = 0
        self._start = self._last = clock()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._console.is_terminal:
            self._console.print(" " * len(self.line()), end="\r", soft_wrap=True)

    def __call__(self, rows: int) -> None:
        """Counts what one measurement ran through the model."""
        self._done += rows
        now = self._clock()
        if now - self._last >= (QUIET if not (self._shown and self._console.is_terminal) else 0.1):
            self._last, self._shown = now, True
            end = "\r" if self._console.is_terminal else "\n"
            self._console.print(Text(self.line()), end=end, soft_wrap=True)

    def line(self) -> str:
        """How far it is."""
        total = max(self._total, self._done)
        spent = self._last - self._start
        left = spent / self._done * (total - self._done) if self._done else 0.0
        return f"{self._done:,} of {total:,} inputs through the model, about {duration_text(left)} left   "
