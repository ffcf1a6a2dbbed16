"""From a plan to plain taps: looks up places, measures means, fits affine maps, draws the inputs to resample from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.engines.taps import Affine, Applied, Constant, FromSource, PerInput, Source, Taps, Write, numbers_at
from openwork.engines.values import Trace
from openwork.engines.worlds import World, in_order
from openwork.errors import PlanError, Reason
from openwork.interventions import Apply, Edit, Given, Linearise, Mean, Patch, Plan, Resample, Set, Zero, drawn_rows
from openwork.models import ModelSpec, site_named
from openwork.tasks import Tokens

NOISE = 1e-10
"""Share of the largest eigenvalue below which a direction of what an MLP reads is rounding (float32: about 1e-14)."""

Unedited = Callable[[tuple[str, ...]], Iterator[Trace]]


@dataclass(frozen=True, eq=False)
class Means:
    """Over the reference inputs, by site: `[model, *site axes]`. And what the pass that measured them left below the
    plans' edits, where that pass was over their inputs."""

    at: Mapping[str, NDArray[np.float64]]
    below: object = None


MeansOf = Callable[[tuple[str, ...], tuple[str, ...]], Means]


def resolve_all(
    spec: ModelSpec,
    plans: Sequence[Plan],
    tokens: Tokens,
    worlds: Mapping[str, World],
    reference: Tokens,
    unedited: Unedited,
    means_of: MeansOf,
) -> tuple[list[Taps], list[Source]]:
    """The taps of every plan, and the sources that they number; what plans share is measured and drawn once.

    `unedited` runs the stack over `reference` and captures the sites it is given; `means_of` averages over it at some
    sites, for plans with edits at others. Costs a pass over the reference up to the last site where there is a `Mean`,
    and a whole one where there is a `Linearise`.

    Raises:
        PlanError: as `Plan.checked`, for plans and for the worlds that they take from.
    """
    n_pos = tokens.shape[1]
    checked = [plan.checked(spec, n_pos, worlds.keys()) for plan in plans]
    _require_one_each([edit for plan in checked for edit in plan.edits], worlds, len(tokens))
    edits = [edit for plan in checked for edit in plan.edits]
    taken = in_order(worlds, edits, spec, n_pos)
    edits += [edit for name in taken for edit in worlds[name].edits]
    edited = tuple(dict.fromkeys(site_named(spec, edit.site).name for plan in checked for edit in plan.edits))
    sites = tuple(dict.fromkeys(site_named(spec, e.site).name for e in edits if isinstance(e, Mean)))
    means = means_of(sites, edited) if sites else Means({})
    maps = _affine_maps(spec, edits, unedited)
    drawn: dict[str, World] = {}
    for edit in edits:
        if isinstance(edit, Resample) and _drawn(edit) not in drawn:
            drawn[_drawn(edit)] = World(reference[drawn_rows(edit.seed, len(reference), len(tokens))])
    drawn |= {_given(name): worlds[name] for name in taken}
    numbered = {name: number for number, name in enumerate(drawn)}

    def writes(edits: Sequence[Edit]) -> tuple[Write, ...]:
        return tuple(_write(spec, tokens.shape, edit, means.at, maps, numbered) for edit in edits)

    sources = [Source(world.tokens, writes(world.edits)) for world in drawn.values()]
    return [Taps(writes(plan.edits), plan.captures, means.below) for plan in checked], sources


def _require_one_each(edits: Sequence[Edit], worlds: Mapping[str, World], n: int) -> None:
    """Raises PlanError where values are given of another number of inputs than there are."""
    every = [*edits, *(edit for world in worlds.values() for edit in world.edits)]
    given = [edit for edit in every if isinstance(edit, Given) and len(edit.values) not in (1, n)]
    if given:
        mend = f"give those of {n:,}, or of one for all"
        reasons = [Reason(f"{e.site}, values", f"are those of {len(e.values):,} inputs", mend) for e in given]
        raise PlanError("the plan does not fit the inputs", reasons)


def _drawn(edit: Resample) -> str:
    return f"resampled {edit.seed}"


def _given(name: str) -> str:
    return f"given {name}"


def _write(
    spec: ModelSpec,
    inputs: tuple[int, ...],
    edit: Edit,
    means: Mapping[str, NDArray[np.float64]],
    maps: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
    numbered: Mapping[str, int],
) -> Write:
    n, n_pos = inputs
    site = site_named(spec, edit.site).name
    index = edit.index(spec, n_pos)
    match edit:
        case Zero():
            return Constant(site, index, np.zeros((1, len(index)), spec.dtype))
        case Set():
            values = np.broadcast_to(np.asarray(edit.value, spec.dtype), (1, len(index)))
            return Constant(site, index, values)
        case Mean():
            mean = means[site]
            return Constant(site, index, mean.reshape(len(mean), -1)[:, index].astype(spec.dtype))
        case Patch():
            return FromSource(site, index, numbered[_given(edit.source)])
        case Resample():
            return FromSource(site, index, numbered[_drawn(edit)])
        case Given():
            values = numbers_at(edit.values.reshape(1, len(edit.values), -1), index).astype(spec.dtype, copy=False)
            return PerInput(site, index, np.broadcast_to(values, (1, n, len(index))))
        case Apply():
            return Applied(site, index, edit.function, str(edit))
        case Linearise():
            chosen = range(n_pos) if edit.positions is None else edit.positions
            matrix, bias = maps[site]
            return Affine(site, np.array(chosen, np.int32), matrix.astype(spec.dtype), bias.astype(spec.dtype))
    raise PlanError("unknown edit", Reason(str(edit), f"no engine knows {type(edit).__name__}"))


def _affine_maps(
    spec: ModelSpec, edits: Sequence[Edit], unedited: Unedited
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """For every linearised MLP, the least-squares `matrix` and `bias` (see `Affine`) over inputs and positions.

    Solved from the normal equations by pseudo-inverse, in float64: a normalised stream lies in a hyperplane, so the
    system is singular and the smallest solution is taken. Directions below `NOISE` are taken for the rounding they are.
    """
    sites = tuple(dict.fromkeys(site_named(spec, e.site).name for e in edits if isinstance(e, Linearise)))
    reads = {site: mlp_reads(spec, site) for site in sites}
    grams: dict[str, NDArray[np.float64]] = {}
    crosses: dict[str, NDArray[np.float64]] = {}
    for trace in unedited((*sites, *reads.values())) if sites else ():
        for site in sites:
            x, y = (trace.captures[name].astype(np.float64) for name in (reads[site], site))
            models = len(x)
            x, y = x.reshape(models, -1, x.shape[-1]), y.reshape(models, -1, y.shape[-1])
            x = np.concatenate([x, np.ones((*x.shape[:2], 1))], axis=2)
            grams[site] = grams.get(site, 0.0) + np.einsum("rni,rnj->rij", x, x)
            crosses[site] = crosses.get(site, 0.0) + np.einsum("rni,rno->rio", x, y)
    maps = {site: _least_squares(grams[site], crosses[site]) for site in sites}
    return {site: (m[:, :-1], m[:, -1]) for site, m in maps.items()}


def _least_squares(gram: NDArray[np.float64], cross: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each model, the smallest solution of `gram @ it = cross`; NaN for one whose values are not all numbers."""
    axes = (1, 2)
    known = np.isfinite(gram).all(axis=axes, keepdims=True) & np.isfinite(cross).all(axis=axes, keepdims=True)
    inverse = np.linalg.pinv(np.where(known, gram, 0.0), rcond=NOISE, hermitian=True)
    return np.where(known, inverse @ np.where(known, cross, 0.0), np.nan)


def mlp_reads(spec: ModelSpec, mlp_out: str) -> str:
    """The site that the MLP writing at `mlp_out` reads from."""
    prefix = mlp_out.removesuffix("hook_mlp_out")
    return prefix + ("hook_resid_mid" if spec.normalization_type is None else "ln2.hook_normalized")
