"""Offline runs of Weights & Biases, grouped by everything but the seed; `wandb sync` sends them, where it is wanted."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

from openwork.interop.trackers.history import History

SHORT = 12
"""characters of an experiment's hash"""
WHOLE = "openwork-whole"
"""a file in the folder of a run that was written to its end"""


class _Wandb:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wandb: Any = importlib.import_module("wandb")

    def add(self, history: History) -> bool:
        there = list((self._folder / "wandb").glob(f"offline-run-*-{history.run}"))
        if any((place / WHOLE).exists() for place in there):
            return False
        for place in there:  # of one that was interrupted
            shutil.rmtree(place)
        self._folder.mkdir(parents=True, exist_ok=True)
        run = self._wandb.init(
            mode="offline",
            dir=str(self._folder),
            project=f"openwork-{history.task}",
            id=history.run,
            name=history.title,
            group=f"{history.task}-{history.experiment[:SHORT]}",
            config=dict(history.choices),
            settings=self._wandb.Settings(silent=True, disable_git=True, save_code=False),
        )
        for point in history.points:
            run.log({**point.numbers, "epoch": point.epoch}, step=point.epoch)
        run.summary.update(dict(history.ended))
        place = Path(run.dir).parent
        run.finish()
        (place / WHOLE).touch()
        return True

    def look(self) -> str:
        return f"wandb sync '{self._folder}'/wandb/offline-run-*"


def tracker(folder: Path) -> _Wandb:
    """Writes offline runs into this folder."""
    return _Wandb(folder)
