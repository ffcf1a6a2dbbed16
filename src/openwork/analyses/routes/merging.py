"""Plans with nothing to spare: what is there anyway is not patched, and what two worlds share is taken from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from openwork.analyses.routes.numbering import Numbered, Numbering, Spot
from openwork.engines import Sources, World
from openwork.interventions import Edit, Patch, Plan, Set

SOURCE, BASE = "source", "base"
"""the sources that every plan may take from: the pairs' other questions, and the questions themselves"""


class Merging:
    """Gives plans anew, so that they say the same with fewer worlds.

    Attributes:
        numbering: of values.
        worlds: edits of the base run, by name; what they take from is named so too.
    """

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.worlds: dict[str, tuple[Edit, ...]] = {}
        self._runs = {SOURCE: numbering.run(True, (), _nothing), BASE: numbering.run(False, (), _nothing)}
        self._named: dict[str, str] = {}

    @property
    def source_answer(self) -> int:
        """The number of a plan under which the prediction is that of the source."""
        return self._runs[SOURCE].answer

    def plan(self, plan: Plan, sources: Sources) -> tuple[int, Plan]:
        """This plan, taking from `worlds`, `SOURCE` and `BASE`, and a number that is the same for plans of one answer.

        `sources` are worlds of the base inputs; of equal names, equal ones.
        """
        edits, run = self._merged(plan.edits, sources)
        return run.answer, Plan(edits)

    def taken(self, plans: Iterable[Plan]) -> set[str]:
        """Names that these plans take from, directly or through others."""
        waiting = [edit for plan in plans for edit in plan.edits]
        sources: set[str] = set()
        while waiting:
            edit = waiting.pop()
            if isinstance(edit, Patch) and edit.source not in sources:
                sources.add(edit.source)
                waiting += self.worlds.get(edit.source, ())
        return sources

    def _merged(self, edits: tuple[Edit, ...], sources: Sources) -> tuple[tuple[Edit, ...], Numbered]:
        """These edits of the base run with nothing to spare, and the run's numbers."""
        named = tuple(
            replace(edit, source=self._name(edit.source, sources)) if isinstance(edit, Patch) else edit
            for edit in edits
        )
        run = self.numbering.run(False, named, self._given)
        return tuple(kept for number, edit in enumerate(named) for kept in self._kept(number, edit, run)), run

    def _name(self, source: str, sources: Sources) -> str:
        if source in (SOURCE, BASE):
            return source
        if source not in self._named:
            world = sources[source]
            edits, run = self._merged(world.edits if isinstance(world, World) else (), sources)
            name = Plan(edits).digest if edits else BASE
            self._named[source] = name
            if edits:
                self.worlds[name], self._runs[name] = edits, run
        return self._named[source]

    def _given(self, edit: Edit, spot: Spot) -> int:
        if isinstance(edit, Patch):
            return self._runs[edit.source].values[spot]
        assert isinstance(edit, Set), "routes are sought with patches and means"
        return self.numbering.number("set", spot[0], edit.value)

    def _kept(self, number: int, edit: Edit, run: Numbered) -> Iterator[Edit]:
        """What this edit changes, taken from the base or the source where it is the same there."""
        changes = [spot for spot in self.numbering.spots(edit) if self._given(edit, spot) != run.before[number, spot]]
        if not isinstance(edit, Patch):
            yield from [edit] if changes else []
            return
        taken = {spot: self._first(edit, spot) for spot in changes}
        changes.sort(key=lambda spot: (taken[spot], spot[2], spot[1]))
        for (source, head), spots in groupby(changes, key=lambda spot: (taken[spot], spot[2])):
            heads = (head,) if edit.site.endswith("hook_z") else None
            yield Patch(edit.site, tuple(position for _, position, _ in spots), heads, source=source)

    def _first(self, edit: Patch, spot: Spot) -> str:
        value = self._runs[edit.source].values[spot]
        return next(name for name in (BASE, SOURCE, edit.source) if self._runs[name].values[spot] == value)


def _nothing(edit: Edit, spot: Spot) -> int:
    raise AssertionError(f"{edit} in a run without edits")
