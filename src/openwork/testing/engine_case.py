"""Random work for an engine: a stack, inputs and plans, all from a spec and a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.data.randomness import bits, integers, permutation, uniform
from openwork.engines import AdamW, Batches, OptimiserState, Sources, World
from openwork.engines.taps import Affine
from openwork.interventions import Edit, Linearise, Mean, Patch, Plan, Resample, Set, Zero
from openwork.models import ModelSpec, Stack, initial_stack, sites_of
from openwork.tasks import Tokens

KINDS: tuple[type[Edit], ...] = (Zero, Mean, Resample, Patch, Set, Linearise)


@dataclass(frozen=True, eq=False)
class EngineCase:
    """What an engine is given: a stack, a dataset, paired inputs for `Patch` and a reference for `Mean`."""

    seed: int
    stack: Stack
    dataset: Dataset
    source: Tokens
    reference: Tokens

    @property
    def spec(self) -> ModelSpec:
        """Of the stack."""
        return self.stack.spec

    @property
    def sources(self) -> Sources:
        """The paired inputs `source` as they are, and two worlds: `first` has edits of every kind, one of which takes
        from `source`; `second` is the inputs themselves with something taken from `first`."""
        return {"source": self.source} | _worlds(self)

    @property
    def n_pos(self) -> int:
        """Tokens in a sequence; at most the spec's context."""
        return int(self.dataset.tokens.shape[1])

    def with_stack(self, stack: Stack) -> EngineCase:
        """The same inputs for other models."""
        return replace(self, stack=stack)

    def in_other_dtype(self) -> EngineCase:
        """The same weights in float64 instead of float32, or rounded the other way about."""
        dtype = "float64" if self.spec.dtype == "float32" else "float32"
        return self.with_stack(Stack(self.spec.model_copy(update={"dtype": dtype}), self.stack.flat.astype(dtype)))

    def nudged(self, seed: int) -> EngineCase:
        """With every weight moved by half a rounding of float32, up or down; for a case in float64."""
        ups = 2.0 * integers(bits("kit nudge", seed), 2, self.stack.flat.size).reshape(self.stack.flat.shape) - 1
        return self.with_stack(Stack(self.spec, self.stack.flat * (1 + ups * float(np.finfo("float32").eps) / 2)))


def make_case(spec: ModelSpec, seed: int, models: int = 2, inputs: int = 37) -> EngineCase:
    """Initial weights with noise on all of them, biases and norms included; random tokens, answers, positions.

    The weights are numbers of float32 in either dtype: so the case of one is the other's `in_other_dtype`.
    """
    start = initial_stack(spec, range(seed, seed + models))
    noise = 0.6 * _uniform("kit noise", seed, start.flat.shape) - 0.3
    n_pos = spec.n_ctx - int(integers(bits("kit length", seed), spec.n_ctx, 1)[0]) // 2
    order = permutation(bits("kit graded", seed), n_pos)
    graded = tuple(sorted(int(p) for p in order[: 1 + seed % n_pos]))
    answers = _tokens("kit answers", seed, spec.d_vocab_out, (inputs, len(graded)))
    dataset = Dataset(_tokens("kit tokens", seed, spec.d_vocab, (inputs, n_pos)), answers, graded, np.arange(inputs))
    return EngineCase(
        seed,
        Stack(spec, (start.flat + noise).astype(np.float32).astype(spec.dtype)),
        dataset,
        _tokens("kit source", seed, spec.d_vocab, (inputs, n_pos)),
        _tokens("kit reference", seed, spec.d_vocab, (2 * inputs + 1, n_pos)),
    )


def _worlds(case: EngineCase) -> dict[str, World]:
    """Edits of every kind but `Linearise`, whose map is each engine's own rounding."""
    other = _tokens("kit world", case.seed, case.spec.d_vocab, case.dataset.tokens.shape)
    edits = [e for n, kind in enumerate(KINDS[:-1], start=100) if (e := _edit(case, kind, n)) is not None]
    again = [_patch(case, number, "first") for number in (200, 201)]
    return {"second": World(case.dataset.tokens, tuple(again)), "first": World(other, tuple(edits))}


def _patch(case: EngineCase, number: int, source: str) -> Patch:
    """A `Patch` at a random place."""
    place = _edit(case, Patch, number) or Patch("hook_embed")
    return Patch(place.site, place.positions, place.heads, place.units, source)


def random_plans(case: EngineCase, of_each: int = 2) -> list[Plan]:
    """Plans with one edit of every kind at random places, `of_each` of each, one with all of them, and two with values
    from a world, in the second of which all of them follow.

    Every plan captures the edited site and, where there is one, the end of the last block.
    """
    edits = [e for n, kind in enumerate(KINDS * of_each) if (e := _edit(case, kind, n)) is not None]
    plans = [(edit,) for edit in edits] + [tuple(edits)]
    plans += [(_patch(case, 300, "second"),), (_patch(case, 301, "second"), *edits)]
    last = [name for name in sites_of(case.spec) if name.endswith("hook_resid_post")][-1:]
    return [Plan(plan, (*(edit.site for edit in plan), *last)) for plan in plans]


def _edit(case: EngineCase, kind: type[Edit], number: int) -> Edit | None:
    """One edit at a random place; None where the model has no place for this kind."""
    spec, n_pos = case.spec, case.n_pos
    stream = bits("kit edit", case.seed, number)
    # a norm divides by its scale: at zero nothing is left to compare
    barred = "hook_scale" if kind is Zero else "never"
    named = [s for s in sites_of(spec).values() if barred not in s.name]
    if kind is Linearise:
        named = [s for s in named if s.name in linearised_sites(spec)]
    if not named:
        return None
    site = named[int(integers(stream, len(named), 1)[0])]
    positions = _some(stream, n_pos)
    if kind is Linearise:
        return Linearise(site.name, positions)
    heads = _some(stream, spec.n_heads) if "head" in site.axes else None
    units = _some(stream, site.shape(spec, n_pos)[-1])
    place = kind(site.name, positions, heads, units)
    if kind is Set:
        count = len(place.index(spec, n_pos))
        values = tuple((0.5 + uniform(stream, count)).tolist())
        return Set(site.name, positions, heads, units, values[0] if number % 2 else values)
    return replace(place, seed=number) if isinstance(place, Resample) else place


def _some(stream: np.random.PCG64, n: int) -> tuple[int, ...] | None:
    """None for all of 0 .. n-1, or some of them."""
    count = int(integers(stream, n + 1, 1)[0])
    return tuple(sorted(int(i) for i in permutation(stream, n)[:count])) or None


def linearised_sites(spec: ModelSpec) -> list[str]:
    """Where an MLP writes."""
    return [name for name in sites_of(spec) if name.endswith("hook_mlp_out")]


def random_sites(case: EngineCase, number: int) -> tuple[str, ...]:
    """All sites (number 0), or a few of them: what is asked decides what an engine may leave out."""
    names = list(sites_of(case.spec))
    if number == 0:
        return tuple(names)
    stream = bits("kit sites", case.seed, number)
    return tuple(names[i] for i in permutation(stream, len(names))[: 1 + number % 3])


def random_slopes(case: EngineCase, models: int) -> NDArray[np.float64]:
    """`[model, input, graded, d_vocab_out]`, of either sign."""
    shape = (models, *case.dataset.answers.shape, case.spec.d_vocab_out)
    return 2 * _uniform("kit slopes", case.seed, shape) - 1


def random_affine(case: EngineCase, site: str) -> Affine:
    """A map for the MLP that writes at `site`, another for each model, at every second position."""
    models, d, dtype = len(case.stack), case.spec.d_model, case.spec.dtype
    numbers = (_uniform(f"kit affine {site}", case.seed, (models, d + 1, d)) - 0.5).astype(np.float32).astype(dtype)
    return Affine(site, np.arange(0, case.n_pos, 2, dtype=np.int32), numbers[:, :d], numbers[:, d])


def training_work(case: EngineCase, steps: int, warm: bool) -> tuple[OptimiserState, Batches]:
    """Batches of 8, the last one smaller, each model with its own order and rates; fresh or `warm` optimiser memory."""
    models, n = len(case.stack), 8 * steps - 3
    order = integers(bits("kit order", case.seed), len(case.dataset), models * n).reshape(models, n)
    rates = 1e-3 * (0.5 + _uniform("kit rates", case.seed, (models, steps)))
    state = OptimiserState.fresh(case.spec, models)
    if warm:
        shape, dtype = state.exp_avg.shape, case.spec.dtype
        average = (_uniform("kit average", case.seed, shape) - 0.5).astype(np.float32).astype(dtype)
        square = (0.1 + _uniform("kit square", case.seed, shape)).astype(np.float32).astype(dtype)
        state = OptimiserState(average, square, np.arange(3, 3 + models))
    return state, Batches(case.dataset, order, 8, rates)


CLIPPED = AdamW(max_grad_norm=0.05)
"""A clip small enough that it acts."""


def _uniform(purpose: str, seed: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return uniform(bits(purpose, seed), int(np.prod(shape))).reshape(shape)


def _tokens(purpose: str, seed: int, vocabulary: int, shape: tuple[int, int]) -> Tokens:
    return integers(bits(purpose, seed), vocabulary, shape[0] * shape[1]).reshape(shape).astype(np.int32)
