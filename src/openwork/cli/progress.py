"""How training is watched: a live table on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from openwork.analyses import Step
from openwork.cli.output import duration_text, share_text
from openwork.cli.step_display import StepDisplay
from openwork.training import EpochEnd, Progress

MOST_ROWS = 16
"""seeds shown at once; the rest are counted"""
PLAIN_EVERY = 2.0
"""seconds between lines where there is no terminal"""
SMOOTHING = 0.3
"""weight of the newest epoch in the rate"""
STYLES = {"training": "", "solved": "green", "finished": "yellow", "diverged": "red"}


class TrainingDisplay:
    """Give its instance to the pipeline as `watch`; it shows every seed's latest epoch, the rate and the time left.

    Args:
        console: where to show it.
        clock: seconds, for tests.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._epochs = 0
        self._seen: dict[int, Progress] = {}
        self._rate: float | None = None
        self._epoch_seconds: float | None = None
        self._last_line = -PLAIN_EVERY
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._step_display, self._within = StepDisplay(console, clock), False

    def __enter__(self) -> Self:
        self._within = True
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._within = False
        if self._live is not None:
            self._live.stop()

    def steps(self, step: Step) -> None:
        """Shows how far a measurement is, in place of the table until training goes on."""
        if self._live is not None and self._live.is_started:
            self._live.stop()
        self._step_display(step)

    def __call__(self, event: EpochEnd) -> None:
        """Shows one epoch."""
        if any(p.seed in self._seen and p.epoch <= self._seen[p.seed].epoch for p in event.progress):
            # Another experiment with the same seeds, which a claim about learning asks for.
            self._seen.clear()
        self._epochs = event.epochs
        before = dict(self._seen)
        self._seen.update({p.seed: p for p in event.progress})
        steps = sum(p.step - _steps_before(before, p, event.passed) for p in event.progress)
        self._rate = _smooth(self._rate, steps / max(event.seconds, 1e-9))
        self._epoch_seconds = _smooth(self._epoch_seconds, event.seconds / event.passed)
        if self._live is not None and self._within:
            self._live.start()
            self._live.update(self.picture(), refresh=True)
        elif self._clock() - self._last_line >= PLAIN_EVERY or any(p.status != "training" for p in event.progress):
            self._last_line = self._clock()
            self._console.print(Text(self.line()), soft_wrap=True)

    def picture(self) -> RenderableType:
        """The live table."""
        made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for column in ("seed", "epoch", "loss", "trained on", "held out", ""):
            made.add_column(column, justify="left" if not column else "right")
        shown = sorted(self._seen.values(), key=lambda p: (p.status != "training", p.train.loss))[:MOST_ROWS]
        for p in sorted(shown, key=lambda p: p.seed):
            made.add_row(*self._cells(p), style=STYLES[p.status])
        left_out = len(self._seen) - len(shown)
        more = [Text(f"and {left_out} more", "dim")] if left_out else []
        return Group(made, *more, Text(self._footer(), "dim"))

    def line(self) -> str:
        """The same in one line."""
        best = min(self._seen.values(), key=lambda p: (-_accuracy(p), p.train.loss))
        epoch = max(p.epoch for p in self._seen.values())
        state = f"epoch {epoch}/{self._epochs}, {self._footer()}"
        return f"{state}; best: seed {best.seed}, loss {best.train.loss:.4f}, {share_text(_accuracy(best))} right"

    def _cells(self, p: Progress) -> list[str]:
        held_out = "-" if p.held_out is None else share_text(p.held_out.accuracy)
        note = {"training": "", "diverged": f"diverged at step {p.step}"}.get(p.status, p.status)
        accuracy = share_text(p.train.accuracy)
        return [str(p.seed), f"{p.epoch}/{self._epochs}", f"{p.train.loss:.4f}", accuracy, held_out, note]

    def _footer(self) -> str:
        count = {status: sum(p.status == status for p in self._seen.values()) for status in STYLES}
        parts = [f"{n} {status}" for status, n in count.items() if n]
        parts.append(f"{self._rate or 0:,.0f} steps/s")
        training = [p for p in self._seen.values() if p.status == "training"]
        if training and self._epoch_seconds is not None:
            left = max(self._epochs - p.epoch for p in training) * self._epoch_seconds
            parts.append(f"at most {duration_text(left)} left")
        return ", ".join(parts)


def _steps_before(seen: dict[int, Progress], now: Progress, passed: int) -> int:
    """Steps that this seed had behind it `passed` epochs ago, a resumed seed's first event included."""
    if now.seed in seen:
        return seen[now.seed].step
    return now.step - now.step // max(now.epoch, 1) * passed


def _accuracy(p: Progress) -> float:
    return p.train.accuracy if p.held_out is None else min(p.train.accuracy, p.held_out.accuracy)


def _smooth(old: float | None, new: float) -> float:
    return new if old is None else (1 - SMOOTHING) * old + SMOOTHING * new
