"""Has work done by a cluster: batches of some seconds, no barrier between them, and none that holds up the others.

What fails is tried again, cut in halves, and at last set aside by itself with its reason: a poisoned seed costs its
batch some attempts and nothing else. What has come back is kept before anything more is waited for.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from openwork.errors import CheckpointError, EngineError, Reason
from openwork.jobs.cluster.contract import Answer, Cluster, Failure, Ticket

TARGET = 15.0
"""seconds that a batch should take: finer ones cost more than they gain, coarser ones lose more with a worker"""
AHEAD = 2
"""batches under way beyond those that are worked on, so that no worker waits for its next"""
BEAT = 1.0
"""seconds between looks at what is late"""
TRIES = {"error": 2, "lost": 5, "late": 1}
"""failures of a kind after which a batch is cut in halves, or what it has one of is set aside: a worker may be lost by
chance, an error comes again, and what is late has cost much already"""
NOTHING = 8
"""set aside before anything has come back, after which it is the cluster that is wrong"""
Item = int
"""a seed"""


@dataclass(frozen=True)
class Kind:
    """A kind of work on items, by its name.

    Attributes:
        name: in words, as `training seeds`.
        job: what a worker calls.
        given: what it is called with for some items; each is shared once, however often the batch is sent.
        receive: keeps what came of some items, and says which more work this makes.
        first: items in a batch while nobody knows what one costs.
        most: items in a batch.
    """

    name: str
    job: Callable[..., Any]
    given: Callable[[Sequence[Item]], tuple[object, ...]]
    receive: Callable[[Sequence[Item], Any], Iterable[tuple[Kind, Item]]]
    first: int = 1
    most: int = 256


@dataclass(eq=False)
class _Batch:
    kind: Kind
    items: tuple[Item, ...]
    shared: tuple[Any, ...] | None = None
    failures: Counter[str] = field(default_factory=Counter)
    sent: float = 0.0


@dataclass
class _Cost:
    """What one item of a kind takes, by the batches that came back; recent ones count more."""

    seconds: float | None = None

    def add(self, seconds: float, items: int) -> None:
        each = seconds / items
        self.seconds = each if self.seconds is None else 0.7 * self.seconds + 0.3 * each


class Dispatch:
    """One piece of work for a cluster.

    Args:
        cluster: who does it.
        patience: seconds after which a batch that was sent is given up as endless.
        watch: is told what is done, in words, and which share of all that is known.
    """

    def __init__(self, cluster: Cluster, patience: float, watch: Callable[[str, float], None]) -> None:
        self._cluster, self._patience, self._watch = cluster, patience, watch
        self._left: dict[Kind, deque[Item]] = {}
        self._again: deque[_Batch] = deque()
        self._sent: dict[Ticket, _Batch] = {}
        self._costs: dict[Kind, _Cost] = {}
        self._known: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self.aside: dict[tuple[Kind, Item], str] = {}
        """what was set aside, with its reason"""

    def run(self, work: Iterable[tuple[Kind, Item]]) -> None:
        """Has it all done, and what comes of it; what is left when this is interrupted is ended.

        Raises:
            EngineError: the cluster is gone, or nothing at all comes back from it.
            StoreError: what came back cannot be kept.
        """
        self._add(work)
        try:
            while self._again or self._sent or any(self._left.values()):
                self._send()
                for ticket, outcome in self._cluster.ended(BEAT):
                    self._take(self._sent.pop(ticket), outcome)
                self._give_up_late()
                self._tell()
        finally:
            for ticket in self._sent:
                self._cluster.give_up(ticket)
            self._sent.clear()

    def _add(self, work: Iterable[tuple[Kind, Item]]) -> None:
        for kind, item in work:
            self._left.setdefault(kind, deque()).append(item)
            self._known[kind.name] += 1

    def _send(self) -> None:
        slots = self._cluster.slots()
        while len(self._sent) < slots + AHEAD:
            batch = self._again.popleft() if self._again else self._next(slots)
            if batch is None:
                return
            if batch.shared is None:
                batch.shared = tuple(self._cluster.share(value) for value in batch.kind.given(batch.items))
            batch.sent = time.monotonic()
            self._sent[self._cluster.send(batch.kind.job, *batch.shared)] = batch

    def _next(self, slots: int) -> _Batch | None:
        """A new batch of the kind that came last: what has been begun is finished first."""
        for kind, items in reversed(self._left.items()):
            if items:
                cost = self._costs.get(kind, _Cost()).seconds
                wanted = kind.first if cost is None else round(TARGET / max(cost, TARGET / kind.most))
                # At the end smaller ones, so that all workers end together.
                size = max(1, min(wanted, kind.most, math.ceil(len(items) / max(1, slots))))
                return _Batch(kind, tuple(items.popleft() for _ in range(min(size, len(items)))))
        return None

    def _take(self, batch: _Batch, outcome: Answer | Failure) -> None:
        if isinstance(outcome, Failure):
            self._failed(batch, outcome)
            return
        try:
            more = list(batch.kind.receive(batch.items, outcome.value))
        except CheckpointError as error:
            self._failed(batch, Failure("error", str(error)))
            return
        self._add(more)
        self._done[batch.kind.name] += len(batch.items)
        self._costs.setdefault(batch.kind, _Cost()).add(outcome.seconds, len(batch.items))

    def _failed(self, batch: _Batch, failure: Failure) -> None:
        batch.failures[failure.kind] += 1
        if batch.failures[failure.kind] < TRIES[failure.kind]:
            self._again.append(batch)
        elif len(batch.items) > 1:
            half = len(batch.items) // 2
            self._again += [_Batch(batch.kind, items) for items in (batch.items[:half], batch.items[half:])]
        else:
            self.aside[batch.kind, batch.items[0]] = failure.what
            if len(self.aside) >= NOTHING and not self._done:
                reasons = [Reason(f"{kind.name}, seed {seed}", what) for (kind, seed), what in self.aside.items()]
                raise EngineError("nothing comes back from the cluster", reasons)

    def _give_up_late(self) -> None:
        now = time.monotonic()
        for ticket in [t for t, batch in self._sent.items() if now - batch.sent > self._patience]:
            batch = self._sent.pop(ticket)
            self._cluster.give_up(ticket)
            self._failed(batch, Failure("late", f"has not ended after {self._patience:g} s"))

    def _tell(self) -> None:
        said = [f"{name} {self._done[name]:,} of {known:,}" for name, known in self._known.items()]
        said.append(f"{len(self._sent)} batches under way")
        if self.aside:
            said.append(f"{len(self.aside):,} set aside")
        self._watch("; ".join(said), sum(self._done.values()) / max(1, sum(self._known.values())))
