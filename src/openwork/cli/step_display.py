"""How a long measurement is watched: one line that changes on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console

from openwork.analyses import Step
from openwork.cli.output import duration_text

PATIENCE = 1.0
"""seconds of a measurement before anything is shown: most are over by then"""
TERMINAL_EVERY, PLAIN_EVERY = 0.1, 2.0
"""seconds between lines"""
ERASE = "\r\x1b[2K"


class StepDisplay:
    """Give its instance to what measures as `watch`; it shows what is measured, how far it is, and the time left.

    Args:
        console: where to show it; a quiet one shows nothing.
        clock: seconds, for tests.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._every = TERMINAL_EVERY if console.is_terminal else PLAIN_EVERY
        self._first: tuple[float, float] | None = None
        self._before = 0.0
        self._shown = -PLAIN_EVERY

    def __call__(self, step: Step) -> None:
        """Shows one step."""
        now = self._clock()
        if self._first is None or step.done < self._before:
            self._first = (now, step.done)
        self._before = step.done
        if step.done >= 1:
            self._end()
        elif now - self._first[0] >= PATIENCE and now - self._shown >= self._every:
            self._shown = now
            self._write(self._line(step, now))

    def _line(self, step: Step, now: float) -> str:
        began, done = self._first or (now, step.done)
        rows = f", {step.forward_rows:,} forward rows" if step.forward_rows else ""
        said = f"{step.what}: {100 * step.done:.0f} %{rows}"
        if step.done > done:
            left = (now - began) * (1 - step.done) / (step.done - done)
            said += f", about {duration_text(left)} left"
        return said

    def _write(self, line: str) -> None:
        if self._console.quiet:
            return
        if self._console.is_terminal:
            self._console.file.write(ERASE + line[: self._console.width - 1])
            self._console.file.flush()
        else:
            self._console.print(line, markup=False, soft_wrap=True)

    def _end(self) -> None:
        """Takes the line away, for what was measured is shown next."""
        if self._console.is_terminal and not self._console.quiet and self._shown > 0:
            self._console.file.write(ERASE)
            self._console.file.flush()
        self._first, self._before = None, 0.0
