"""Where and how a job runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openwork.analyses.steps import Line, Stage, Step, stretch
from openwork.runs import Keep, Store
from openwork.training import EpochEnd

Event = EpochEnd | Step | Stage | Line
Watch = Callable[[Event], None]
"""is told all that happens in a job: an epoch is over, a measurement got so far, a stage begins, a line to be kept"""


def unwatched(event: Event) -> None:
    """For those that do not watch."""


def part_of(watch: Watch, number: int, of: int) -> Watch:
    """What one of several parts of a stage, all about as long, tells what happens to."""
    steps = stretch(watch, number, of, 0)
    return lambda event: steps(event) if isinstance(event, Step) else watch(event)


@dataclass(frozen=True)
class Setting:
    """Where and how the job runs; nothing here changes a result."""

    store: Store
    engine: str | None = None
    """its name, or None to choose"""
    threads: int | None = None
    """cores to use, or None for all"""
    watch: Watch = unwatched
    """is told what happens"""
    keep: Keep = "all"
    """what is kept of the checkpoints of seeds that are trained, once they have ended"""
