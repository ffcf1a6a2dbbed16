"""Edits as values, made from names of components and positions, and what they take their numbers from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from openwork.analyses import component_named
from openwork.engines import World
from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions import Edit, Given, Linearise, Mean, Patch, Resample, Zero
from openwork.jobs.looking.labelled import LabelledArray
from openwork.jobs.looking.questions import Questions, place_of
from openwork.models import ModelSpec, site_named
from openwork.tasks import Tokens

WAYS: Mapping[str, type[Edit]] = {"zero": Zero, "mean": Mean, "resample": Resample, "linear": Linearise}
"""what takes the place of a component's output"""


@dataclass(frozen=True, eq=False)
class Patched:
    """A `Patch`, and the tokens `[input, pos]` in whose pass its values are: one input for all, or one for each."""

    edit: Patch
    tokens: Tokens

    def __str__(self) -> str:
        return f"{str(self.edit).removesuffix(f', source={self.edit.source})')}, from {len(self.tokens):,} inputs)"


AnyEdit = Edit | Patched


def patching(
    spec: ModelSpec,
    component: str,
    source: Any,
    where: tuple[Any, Any, Any],
    roles: Mapping[str, int],
    ask: Callable[[Any], Questions],
) -> AnyEdit:
    """The edit that `Looking.patch` describes; `where` are positions, heads and units."""
    site, heads = _place(spec, component)
    chosen = (place_of(where[0], roles), _several(where[1]) if heads is None else heads, _several(where[2]))
    values = source.numpy() if isinstance(source, LabelledArray) else source
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        if isinstance(source, LabelledArray) and source.name != site:
            mend = f"capture them there: sites=[{site!r}]"
            raise PlanError("these values do not fit", Reason("source", f"holds those of {source.name}", mend))
        axes = len(site_named(spec, site).axes)
        return Given(site, *chosen, values=values if values.ndim > axes else values[None])
    return Patched(Patch(site, *chosen), ask(source).tokens)


def ablating(
    spec: ModelSpec, component: str, by: str, where: tuple[Any, Any, Any], seed: int, roles: Mapping[str, int]
) -> Edit:
    """The edit that `Looking.ablate` describes; `where` are positions, heads and units."""
    reasons = [] if by in WAYS else [Reason("by", f"{str(by)[:60]!r} is none", suggestion(str(by), WAYS))]
    try:
        site, heads = _place(spec, component)
    except PlanError as error:
        raise PlanError("there is no such ablation", [*reasons, *error.reasons]) from error
    if reasons:
        raise PlanError("there is no such ablation", reasons)
    chosen = (place_of(where[0], roles), _several(where[1]) if heads is None else heads, _several(where[2]))
    return Resample(site, *chosen, seed=seed) if by == "resample" else WAYS[by](site, *chosen)


def with_sources(edits: Any, asked: int) -> tuple[tuple[Edit, ...], dict[str, World]]:
    """Plain edits, and the worlds that they take values from, for so many inputs.

    Raises:
        PlanError: what is no edit, or takes from another number of inputs; with every one.
    """
    reasons, plain = [], []
    worlds: dict[str, World] = {}
    for place, edit in enumerate(edits_given(edits)):
        if not isinstance(edit, Patched):
            plain.append(edit)
            continue
        if len(edit.tokens) not in (1, asked):
            what = f"takes from {len(edit.tokens):,} inputs, and {asked:,} are asked"
            reasons.append(Reason(f"edits[{place}], source", what, "give one for all, or one for each"))
            continue
        name = f"edits[{place}]"
        worlds[name] = World(np.broadcast_to(edit.tokens, (asked, edit.tokens.shape[1])))
        plain.append(replace(edit.edit, source=name))
    if reasons:
        raise PlanError("the edits do not fit the questions", reasons)
    return tuple(plain), worlds


def edits_given(edits: Any) -> tuple[AnyEdit, ...]:
    """The edits of a list, or one alone.

    Raises:
        PlanError: with everything that is no edit.
    """
    if isinstance(edits, Edit | Patched):
        return (edits,)
    listed = list(edits) if isinstance(edits, Iterable) and not isinstance(edits, str) else [edits]
    mend = "make one with run.ablate, run.patch or Apply(site, function)"
    reasons = [
        Reason(f"edits[{place}]", f"{str(one)[:60]!r} is of type {type(one).__name__}", mend)
        for place, one in enumerate(listed)
        if not isinstance(one, Edit | Patched)
    ]
    if reasons:
        raise PlanError("these are no edits", reasons)
    return tuple(listed)


def _place(spec: ModelSpec, name: Any) -> tuple[str, tuple[int, ...] | None]:
    """The site, and the one head where a head is named."""
    component = component_named(spec, str(name))
    return component.site, component.heads


def _several(chosen: Any) -> tuple[int, ...] | None:
    """One number or several."""
    if chosen is None or isinstance(chosen, int | np.integer):
        return None if chosen is None else (int(chosen),)
    listed: Sequence[Any] = list(chosen)
    if bad := [one for one in listed if not isinstance(one, int | np.integer)]:
        raise PlanError("there is no such place", Reason("heads, units", f"{bad[:5]} are no numbers"))
    return tuple(sorted(int(one) for one in listed))
