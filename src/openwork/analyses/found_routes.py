"""The routes of one model: those that are kept of it, or else found now and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from openwork.analyses.routes import Routes, find_routes, routes_from_json
from openwork.analyses.steps import Watch, silent
from openwork.analyses.subject import Subject

KEPT = "routes"


class Memory(Protocol):
    """Where results of a model are kept; `openwork.runs.KeptResults` is one."""

    def find(self, name: str, digest: str) -> dict[str, Any] | None:
        """What was kept under this name and digest; None where nothing was."""

    def keep(self, name: str, digest: str, result: Mapping[str, Any]) -> None:
        """Keeps it in place of what was there."""


@dataclass(frozen=True, eq=False)
class FoundRoutes:
    """The routes of a model, looked for when they are first asked for.

    Attributes:
        subject: the model and the inputs.
        memory: where they are kept; None keeps nothing.
        watch: is told how far looking for them is.
        every: whether all inputs of the subject are used, however long that takes; routes that were kept of fewer are
            then looked for again.
    """

    subject: Subject
    memory: Memory | None = None
    watch: Watch = silent
    every: bool = False

    @property
    def known(self) -> Routes | None:
        """Those of all outputs, where they were found before: by this, or kept."""
        found: Routes | None = vars(self).get("all", self._kept)
        return found

    @cached_property
    def _kept(self) -> Routes | None:
        kept = None if self.memory is None else self.memory.find(KEPT, self.subject.digest)
        least = len(self.subject.inputs) if self.every else 1
        return None if kept is None else routes_from_json(kept, least)

    @cached_property
    def all(self) -> Routes:
        """Those of all outputs."""
        if self._kept is not None:
            return self._kept
        routes = find_routes(self.subject, every=self.every, watch=self.watch)
        if self.memory is not None:
            self.memory.keep(KEPT, self.subject.digest, routes.as_json())
        return routes

    def of(self, outputs: Sequence[str] | None) -> Routes:
        """Those of some outputs, which alone are not kept; of all where None is given.

        Raises:
            PlanError: there is no such output.
        """
        if outputs is None:
            return self.all
        if self.known is None:
            return find_routes(self.subject, outputs, every=self.every, watch=self.watch)
        return self.known.of(outputs)
