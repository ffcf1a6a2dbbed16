"""Where a `Patch` takes values from: paired inputs, passed through the model with edits of their own in place.

A world may take from other worlds, as long as no circle arises. This is all that path patching, interventions on single
edges and causal scrubbing need: a value is computed in one world and used in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions import Edit, Patch, Plan
from openwork.models import ModelSpec
from openwork.tasks import Tokens


@dataclass(frozen=True, eq=False)
class World:
    """Inputs, row by row the pairs of those of a pass, with edits in place.

    Attributes:
        tokens: `[input, pos]`, of the shape of the inputs.
        edits: what is changed in the pass over them; a `Patch` names another of the sources.
    """

    tokens: Tokens
    edits: tuple[Edit, ...] = ()


Sources = Mapping[str, Tokens | World]
"""By the name that `Patch.source` has; plain tokens are a world without edits."""


def worlds_of(sources: Sources | None) -> dict[str, World]:
    """Every source as a world."""
    return {name: s if isinstance(s, World) else World(s) for name, s in (sources or {}).items()}


def in_order(worlds: Mapping[str, World], edits: Iterable[Edit], spec: ModelSpec, n_pos: int) -> list[str]:
    """Names of the worlds that these edits take from, directly or through others; each after those it takes from.

    Raises:
        PlanError: edits of a world that do not fit the model, or worlds that take from each other in a circle; with
            every reason. Worlds that nothing takes from are looked at too.
    """
    reasons = [reason for name in worlds for reason in _misfits(worlds, name, spec, n_pos)]
    if reasons:
        raise PlanError("the sources do not fit the model", reasons)
    found: dict[str, None] = {}
    for name in _taken(edits):
        _visit(name, worlds, found, ())
    return list(found)


def _misfits(worlds: Mapping[str, World], name: str, spec: ModelSpec, n_pos: int) -> list[Reason]:
    try:
        Plan(worlds[name].edits).checked(spec, n_pos, worlds.keys())
    except PlanError as error:
        return [Reason(f"source {name!r}, {r.where}", r.what, r.mend) for r in error.reasons]
    return []


def _taken(edits: Iterable[Edit]) -> list[str]:
    return [edit.source for edit in edits if isinstance(edit, Patch)]


def _visit(name: str, worlds: Mapping[str, World], found: dict[str, None], above: tuple[str, ...]) -> None:
    """Adds a world to `found` after all that it takes from; `above` are those that are waiting for it."""
    if name in above:
        circle = " takes from ".join(repr(n) for n in (*above[above.index(name) :], name))
        others = suggestion(name, (n for n in worlds if n not in above))
        raise PlanError("the sources go round in a circle", Reason(f"source {name!r}", circle, others))
    if name in found:
        return
    for other in _taken(worlds[name].edits):
        _visit(other, worlds, found, (*above, name))
    found[name] = None
