"""What every analysis gives back: numbers, a title, one sentence, and what they cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal

Record = dict[str, str | int | float]
"""one row of a result: column to value"""


class Result(ABC):
    """A frozen value with numbers. It never draws.

    Attributes:
        forward_rows: inputs passed through the whole model to get these numbers, each edited or source pass counted,
            the unedited baseline included.
    """

    forward_rows: int

    @property
    @abstractmethod
    def title(self) -> str:
        """What was measured, as a heading."""

    @property
    @abstractmethod
    def summary(self) -> str:
        """What came out, in one sentence."""

    @abstractmethod
    def records(self) -> list[Record]:
        """The numbers as rows of one shape, ready for `pandas.DataFrame`."""


def percent(share: float) -> str:
    """A share as a person reads it; 100 % and 0 % are only said of all and of none."""
    said = f"{100 * share:.2f}"
    if said == "100.00" and share < 1:
        said = "99.99"
    if said == "0.00" and share > 0:
        return "below 0.01 %"
    return f"{said.removesuffix('.00') if share in (0, 1) else said} %"


def exact_percent(share: float) -> str:
    """A share that is asked for, with every digit that it has: `percent` rounds what was found."""
    share += 0.0  # there is no -0 %
    said = f"{(100 * Decimal(repr(float(share)))).normalize():f} %"
    return percent(share) if round(share, 4) == share else said
