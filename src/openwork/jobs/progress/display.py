"""How anything long is watched: what is done now, how far it is, and which stage of how many.

On a terminal one picture changes in place, elsewhere there are plain lines. Either is shown anew at least every two
seconds, also while nothing is told from inside: whoever waits sees that it runs, and what it does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from openwork.analyses import Line, Stage, Step
from openwork.jobs.progress.step_line import StepLine
from openwork.jobs.progress.training_table import TrainingTable
from openwork.jobs.setting import Event
from openwork.report.terminal.quantities import duration_text
from openwork.training import EpochEnd

PATIENCE = 1.0
"""seconds before anything is shown of a job of one stage: most are over by then"""
TERMINAL_EVERY, PLAIN_EVERY = 0.1, 1.5
"""seconds between pictures, and between lines"""
ERASE = "\r\x1b[2K"
BEAT = 0.25
"""seconds between looks whether it is time to show something, while nothing is told"""


class ProgressDisplay:
    """Give its instance to a job as what watches it.

    Within `with` it shows where it stands by itself too, from a thread of its own.

    Args:
        console: where to show it; a quiet one shows nothing.
        clock: seconds, for tests.
        beat: seconds between looks; 0 leaves the looking to whoever calls `look`.
    """

    def __init__(
        self, console: Console, clock: Callable[[], float] = time.monotonic, beat: float | None = None
    ) -> None:
        self._console, self._clock = console, clock
        self._beat = BEAT if beat is None else beat
        self._every = TERMINAL_EVERY if console.is_terminal else PLAIN_EVERY
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._lock, self._over = threading.RLock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._within = False
        self._stage: Stage | None = None
        self._began: float | None = None
        self._shown = -PLAIN_EVERY
        self._watched: TrainingTable | StepLine | None = None

    def __enter__(self) -> Self:
        self._within = True
        if self._beat and not self._console.quiet:
            self._thread = threading.Thread(target=self._look_on, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            self._end(told=error is None)
            self._within = False

    def __call__(self, event: Event) -> None:
        """Shows what happens."""
        with self._lock:
            match event:
                case Stage():
                    self._stage_begins(event)
                case Step():
                    self._step(event)
                case EpochEnd():
                    self._epoch(event)
                case Line():
                    self._console.print(event.text, markup=False, highlight=False, soft_wrap=True)

    def _stage_begins(self, stage: Stage) -> None:
        """The one before is over."""
        self._end(told=True)
        self._stage, self._began = stage, self._clock()
        if stage.of > 1:
            self._show(self._began)

    def _step(self, step: Step) -> None:
        now = self._begun()
        if not isinstance(self._watched, StepLine):
            self._watched = StepLine()
        self._watched.take(step, now)
        if step.done < 1:
            self._show_if_due(now)
        elif self._stage is None:
            self._end(told=False)
        else:
            self._watched = None

    def _epoch(self, event: EpochEnd) -> None:
        now = self._begun()
        if not isinstance(self._watched, TrainingTable):
            self._watched = TrainingTable()
        self._watched.take(event)
        if any(p.status != "training" for p in event.progress):
            self._show(now)
        else:
            self._show_if_due(now)

    def look(self) -> None:
        """Shows where it stands, where that is due; for times in which nothing is told."""
        with self._lock:
            if self._began is not None:
                self._show_if_due(self._clock())

    def _look_on(self) -> None:
        with suppress(OSError, ValueError):  # nobody listens any more: the job itself will find out
            while not self._over.wait(self._beat):
                self.look()

    def _begun(self) -> float:
        now = self._clock()
        if self._began is None:
            self._began = now
        return now

    def _show_if_due(self, now: float) -> None:
        alone = self._stage is None or self._stage.of == 1
        spent = 0.0 if self._began is None else now - self._began
        patient = alone and spent < PATIENCE and not isinstance(self._watched, TrainingTable)
        if not patient and now - self._shown >= self._every:
            self._show(now)

    def _show(self, now: float) -> None:
        self._shown = now
        if self._console.quiet:
            return
        if self._live is None:
            self._console.print(Text(self._line(now)), soft_wrap=True)
            return
        if not self._within:  # nobody would put the terminal right again after an error
            self._write(ERASE + self._line(now)[: self._console.width - 1])
            return
        if not self._live.is_started:
            self._live.start()
        self._live.update(self._picture(now), refresh=True)

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()

    def _picture(self, now: float) -> RenderableType:
        if not isinstance(self._watched, TrainingTable):
            return Text(self._line(now), no_wrap=True, overflow="ellipsis")
        head = [] if self._stage is None else [Text(f"{self._stage}{self._so_far(now)}")]
        return Group(*head, self._watched.picture())

    def _line(self, now: float) -> str:
        match self._watched:
            case TrainingTable():
                inside = self._watched.line()
            case StepLine():
                inside = self._watched.line(now)
            case _:
                inside = ""
        if self._stage is None:
            return inside
        so_far = "" if " left" in inside else self._so_far(now)
        return ": ".join(filter(None, [f"{self._stage}{so_far}", inside]))

    def _so_far(self, now: float) -> str:
        """How long it has been at it; nothing in the first second."""
        spent = 0.0 if self._began is None else now - self._began
        told = f"{int(spent)} s" if spent < 10 else duration_text(spent)
        return f", {told} so far" if spent >= 1 else ""

    def _end(self, told: bool) -> None:
        """Takes the picture away; of a stage among others a line stays that says how long it took."""
        if self._live is not None and self._live.is_started:
            self._live.stop()
        elif self._live is not None and self._shown > 0 and not self._console.quiet:
            self._write(ERASE)
        if told and self._stage is not None and self._stage.of > 1 and self._began is not None:
            took = duration_text(self._clock() - self._began)
            self._console.print(Text(f"{self._stage}: took {took}", "dim"), soft_wrap=True)
        self._stage, self._began, self._watched = None, None, None
        self._shown = -PLAIN_EVERY
