"""Keeps what the training loop tells: wraps its events and writes them as they pass."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import suppress

from openwork.errors import StoreError
from openwork.runs.store import Store
from openwork.runs.writing import record
from openwork.training import EpochEnd, Experiment

WRITE_EVERY = 0.5
"""seconds of training that a killed process may lose; a write takes about a hundredth of it"""


def recorded(
    store: Store, experiment: Experiment, events: Iterator[EpochEnd], engine: str, every: float = WRITE_EVERY
) -> Generator[EpochEnd]:
    """The same events, kept in the store: at least every `every` seconds, whenever a model ends, and when this stops.

    All models and epochs of one write become visible together. What another process has recorded meanwhile for the
    same seeds, which is the same to the bit, is left as it is.

    Args:
        store: where to; it is made if there is none.
        experiment: what the events are about.
        events: from the training loop, which was started from `store.state_of`.
        engine: name of the engine that trains.
        every: seconds between writes; 0 writes every event before it is given on.

    Raises:
        StoreNotWritable: before the first event where nothing can be written, or later where the disk is full; what was
            recorded before stays whole and can be resumed.
        StoreError: a run was removed while it was being trained.
    """
    store.database.tidy()
    pending: list[EpochEnd] = []
    written, failed = -math.inf, False
    try:
        for event in events:
            pending.append(event)
            ended = any(p.status != "training" for p in event.progress)
            if ended or time.monotonic() - written >= every:
                record(store, experiment, pending, engine)
                pending.clear()
                written = time.monotonic()
            yield event
    except StoreError:
        failed = True
        with suppress(StoreError):  # a full disk can still be tidied
            store.database.tidy()
        raise
    finally:
        # Also on Ctrl-C, an error in the loop, or a reader who wants no more: keep what there is.
        if not failed:
            if pending:
                record(store, experiment, pending, engine)
            store.database.tidy()
