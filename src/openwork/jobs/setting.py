"""Where and how a job runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openwork.analyses.steps import Stage, silent, unannounced
from openwork.analyses.steps import Watch as Steps
from openwork.runs import Store
from openwork.training import EpochEnd

Watch = Callable[[EpochEnd], None]


@dataclass(frozen=True)
class Setting:
    """Where and how the job runs; nothing here changes a result."""

    store: Store
    engine: str | None = None
    """its name, or None to choose"""
    threads: int | None = None
    """cores to use, or None for all"""
    watch: Watch = lambda event: None
    """called after every epoch"""
    steps: Steps = silent
    """called during long measurements"""
    stages: Callable[[Stage], None] = unannounced
    """called where a stage of the job begins"""
