"""Event files of TensorBoard: a folder for each run within that of its experiment, choices as its hyperparameters."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

from openwork.interop.trackers.history import History

SHORT = 12
"""characters of an experiment's hash"""
PART = ".part"
"""what a run's folder ends in until it is whole"""


class _TensorBoard:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._events: Any = importlib.import_module("tensorboard.summary")
        self._hparams: Any = importlib.import_module("tensorboard.plugins.hparams.summary_v2")
        self._files: Any = importlib.import_module("tensorboard.summary.writer.event_file_writer")
        self._event: Any = importlib.import_module("tensorboard.compat.proto.event_pb2")

    def add(self, history: History) -> bool:
        of = f"{history.task}-{history.experiment[:SHORT]}"
        place, part = self._folder / of / history.run, self._folder / of / f"{history.run}{PART}"
        if place.exists():
            return False
        shutil.rmtree(part, ignore_errors=True)  # of one that was interrupted
        part.mkdir(parents=True)
        self._choices(part, history)
        writer = self._events.Writer(str(part))
        for point in history.points:
            for name, number in point.numbers.items():
                writer.add_scalar(name, number, point.epoch, wall_time=point.when)
        writer.close()
        part.rename(place)
        return True

    def _choices(self, place: Path, history: History) -> None:
        begun = history.points[0].when
        choices = self._hparams.hparams_pb(dict(history.choices), trial_id=history.run, start_time_secs=begun)
        writer = self._files.EventFileWriter(str(place))
        writer.add_event(self._event.Event(wall_time=begun, summary=choices))
        writer.close()

    def look(self) -> str:
        return f"tensorboard --logdir '{self._folder}'"


def tracker(folder: Path) -> _TensorBoard:
    """Writes event files into this folder."""
    return _TensorBoard(folder)
