"""How training stands: a table of seeds for a terminal, the same in one line elsewhere."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from openwork.jobs.progress.time_left import TimeLeft
from openwork.report.terminal.quantities import duration_text, share_text
from openwork.training import EpochEnd, Progress

MOST_ROWS = 16
"""seeds shown at once; the rest are counted"""
SMOOTHING = 0.3
"""weight of the newest epoch in the rate"""
STYLES = {"training": "", "solved": "green", "finished": "yellow", "diverged": "red"}


class TrainingTable:
    """Every seed's latest epoch, the rate, and how long it may take at most."""

    def __init__(self) -> None:
        self._epochs = 0
        self._seen: dict[int, Progress] = {}
        self._rate: float | None = None
        self._left, self._at_most = TimeLeft(), ""

    def take(self, event: EpochEnd) -> None:
        """One more epoch."""
        if any(p.seed in self._seen and p.epoch <= self._seen[p.seed].epoch for p in event.progress):
            # Another experiment with the same seeds, which a claim about learning asks for.
            self._seen.clear()
            self._left = TimeLeft()
        self._epochs = event.epochs
        before = dict(self._seen)
        self._seen.update({p.seed: p for p in event.progress})
        steps = sum(p.step - _steps_before(before, p, event.passed) for p in event.progress)
        self._rate = _smooth(self._rate, steps / max(event.seconds, 1e-9))
        training = [p for p in self._seen.values() if p.status == "training"]
        rest = max((self._epochs - p.epoch for p in training), default=0) * event.seconds / event.passed
        left = self._left.of(rest) if training else None
        self._at_most = "" if left is None else f"at most {duration_text(left)} left"

    def picture(self) -> RenderableType:
        """The table."""
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
        """The same in one line; empty before the first epoch."""
        if not self._seen:
            return ""
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
        return ", ".join([*parts, f"{self._rate or 0:,.0f} steps/s", *filter(None, [self._at_most])])


def _steps_before(seen: dict[int, Progress], now: Progress, passed: int) -> int:
    """Steps that this seed had behind it `passed` epochs ago, a resumed seed's first event included."""
    if now.seed in seen:
        return seen[now.seed].step
    return now.step - now.step // max(now.epoch, 1) * passed


def _accuracy(p: Progress) -> float:
    return p.train.accuracy if p.held_out is None else min(p.train.accuracy, p.held_out.accuracy)


def _smooth(old: float | None, new: float) -> float:
    return new if old is None else (1 - SMOOTHING) * old + SMOOTHING * new
