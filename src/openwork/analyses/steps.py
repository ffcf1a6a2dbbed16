"""How far a long measurement is: what it tells whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Step:
    """A measurement under way.

    Attributes:
        what: what is being measured now, for example `y[3] <- x[4]`.
        done: share of the work that is behind it, 0 to 1, by an estimate made before it began.
        forward_rows: what it has cost so far.
    """

    what: str
    done: float
    forward_rows: int


Watch = Callable[[Step], None]
"""is told how far a long measurement is"""


def silent(step: Step) -> None:
    """For those that do not watch."""


def stretch(watch: Watch, number: int, of: int, forward_rows: int) -> Watch:
    """What one of several parts, all about as long, tells its steps to; before it began, so many rows had been run."""
    return lambda step: watch(
        replace(step, done=(number + step.done) / of, forward_rows=forward_rows + step.forward_rows)
    )
