"""How far a long measurement is: what it tells whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Stage:
    """A stage of a long job, which begins now.

    Attributes:
        name: what is done in it, for example `looking for routes`.
        number: which it is, from 1.
        of: how many there are.
    """

    name: str
    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number} of {self.of}: {self.name}" if self.of > 1 else self.name


@dataclass(frozen=True)
class Line:
    """Something to be read that stays, beside what changes."""

    text: str


Watch = Callable[[Step], None]
"""is told how far a long measurement is"""
Watching = Callable[[Step | Line], None]
"""is told that too, and lines that stay"""


def silent(step: Step | Line) -> None:
    """For those that do not watch."""


def stretch(watch: Watch, number: int, of: int, forward_rows: int) -> Watch:
    """What one of several parts, all about as long, tells its steps to; before it began, so many rows had been run."""
    return lambda step: watch(
        replace(step, done=(number + step.done) / of, forward_rows=forward_rows + step.forward_rows)
    )


def stages_of(tell: Callable[[Stage], None], names: Sequence[str]) -> Callable[..., None]:
    """What a job calls at the beginning of each of its stages, all known before the first: with the stage's name, and
    with other words for it where how it went decides them."""

    def begin(name: str, said: str = "") -> None:
        tell(Stage(said or name, names.index(name) + 1, len(names)))

    return begin
