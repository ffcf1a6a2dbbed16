"""What writes histories for another program, and which there are."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from openwork.errors import CheckpointError, EngineError, Reason, suggestion
from openwork.interop.trackers.history import History

TRACKERS = {"tensorboard": "tensorboard", "mlflow": "mlflow", "wandb": "wandb"}
"""by name, the library that is needed, which is the extra's name too"""
NOT_WRITTEN, MEND = "histories cannot be written", "give another folder with -o"


class Tracker(Protocol):
    """Writes into a folder of this machine. A run that is there already is left as it is."""

    def add(self, history: History) -> bool:
        """Writes it; False where it is there already."""

    def look(self) -> str:
        """The command that shows what is written."""


def require_tracker(name: str, folder: Path) -> Tracker:
    """What writes for the program of this name into this folder.

    Raises:
        CheckpointError: there is no such program.
        EngineError: its library is not installed, or nothing can be written there.
    """
    if name not in TRACKERS:
        raise CheckpointError("unknown program", Reason("--to", f"{name!r} is not one", suggestion(name, TRACKERS)))
    try:
        importlib.import_module(TRACKERS[name])
    except ImportError as error:
        reason = Reason(TRACKERS[name], "is not installed", f'pip install "openwork[{name}]"')
        raise EngineError(f"nothing can be written for {name}", reason) from error
    module = importlib.import_module(f"openwork.interop.trackers.{name}_files")
    with _told(folder):
        tracker: Tracker = module.tracker(folder)
    return tracker


def add_to(tracker: Tracker, history: History, folder: Path) -> bool:
    """Writes a history into the tracker's folder; False where it is there already.

    Raises:
        EngineError: it cannot be written.
    """
    with _told(folder):
        return tracker.add(history)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Has a folder that cannot be written told by its name, and with it what the program's own library says."""
    try:
        yield
    except OSError as error:
        reason = Reason(str(error.filename or folder), error.strerror or str(error), MEND)
        raise EngineError(NOT_WRITTEN, reason) from error
    except Exception as error:  # each library has errors of its own, as of a database of another version
        said = str(error).strip() or type(error).__name__
        raise EngineError(NOT_WRITTEN, Reason(str(folder), said.splitlines()[0], MEND)) from error
