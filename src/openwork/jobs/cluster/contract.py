"""What a cluster is to whoever has work done: batches go out, what came of them comes back, in any order."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Ticket = Hashable
"""a batch that is under way"""


@dataclass(frozen=True)
class Answer:
    """What a batch came to, and how many seconds the worker was at it."""

    value: Any
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why a batch came to nothing.

    Attributes:
        kind: `error`, its work raised one; `lost`, its worker or machine is gone; `late`, it was given up.
        what: the reason, in words.
    """

    kind: Literal["error", "lost", "late"]
    what: str


class Cluster(Protocol):
    """Workers that take one batch each at a time. Nothing that they hold is needed again once it has come back."""

    def slots(self) -> int:
        """How many batches can be worked on at once, now."""

    def share(self, value: object) -> Any:
        """Takes a value to where workers find it, once; what is returned stands for it in `send`, however often."""

    def send(self, job: Callable[..., Any], *given: object) -> Ticket:
        """Has a worker call `job`, a function that can be imported, with these; returns at once."""

    def ended(self, seconds: float) -> list[tuple[Ticket, Answer | Failure]]:
        """What has come back since, each ticket once; waits at most so long where nothing has.

        Raises:
            EngineError: the cluster itself is gone.
        """

    def give_up(self, ticket: Ticket) -> None:
        """Ends a batch, of which nothing comes back any more."""
