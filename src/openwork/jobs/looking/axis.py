"""An axis of an array with names: how long it is, and what lies at each of its places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from openwork.errors import PlanError, Reason, suggestion


@dataclass(frozen=True, eq=False)
class Axis:
    """An axis.

    Attributes:
        name: such as `head`.
        length: how many places it has.
        named: gives the names of its places, asked for when they are first needed; None where places have numbers only.
        roles: further names of places, such as `predicts y[0]`.
    """

    name: str
    length: int
    named: Callable[[], Sequence[str]] | None = None
    roles: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def labels(self) -> tuple[str, ...] | range:
        """What its places are called, one each; their numbers, from 0, where they have no names."""
        return range(self.length) if self.named is None else tuple(self.named())

    def take(self, places: Sequence[int]) -> Axis:
        """Of these places only."""
        labels, again = self.labels, {old: new for new, old in enumerate(places)}
        roles = {role: again[place] for role, place in self.roles.items() if place in again}
        named = [str(labels[place]) for place in places]
        return Axis(self.name, len(places), None if self.named is None else lambda: named, roles)

    def place(self, chosen: Any) -> int:
        """The number of a place, from its number or name.

        Raises:
            PlanError: there is no such place.
        """
        if isinstance(chosen, int | np.integer) and not isinstance(chosen, bool):
            if -self.length <= chosen < self.length:
                return int(chosen) % self.length
            raise self._no_place(chosen, f"give 0 to {self.length - 1}")
        if isinstance(chosen, str):
            if chosen in self.roles:
                return self.roles[chosen]
            labels = self.labels
            if not isinstance(labels, range) and chosen in labels:
                return labels.index(chosen)
            known = (*self.roles, *(labels if not isinstance(labels, range) else ()))
            raise self._no_place(chosen, suggestion(chosen, known) if known else f"give 0 to {self.length - 1}")
        raise self._no_place(chosen, "give a number or a name, or a list of them")

    def _no_place(self, chosen: Any, mend: str) -> PlanError:
        reason = Reason(self.name, f"{str(chosen)[:60]!r} is none of its {self.length:,} places", mend)
        return PlanError("there is no such place", reason)
