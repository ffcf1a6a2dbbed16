"""The native core behind the engine contract: turns checked arrays and taps into what the C++ module takes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.contract import Engine
from openwork.engines.native import _core
from openwork.engines.native.sites import tap_site
from openwork.engines.taps import Affine, Constant, FromSource, Source, Taps, Write, own_sources
from openwork.engines.values import (
    AdamW,
    Batches,
    Floats,
    Gradients,
    OptimiserState,
    Scores,
    SiteGradients,
    Trace,
    Trained,
)
from openwork.errors import EngineError, Reason, suggestion
from openwork.models import ModelSpec, Stack, model_spec, named_views, sites_of
from openwork.tasks import Tokens

CONSTANT, FROM_SOURCE, AFFINE, READ, GRADIENT = range(5)
BLOCK = 4096
KEPT_BYTES = 256 * 2**20
"""Most that a pass which measures means keeps of its streams, for the edited pass to begin with: 16 MiB for the
notebook's model over its domain. Above it the edited pass begins anew."""


def simd_level(asked: str | None = None) -> tuple[str, str]:
    """The SIMD level in use, and why: the one asked for, what `OPENWORK_SIMD` says, or the widest that runs here.

    Raises:
        EngineError: a level that this machine cannot run.
    """
    usable = _core.usable_levels()
    where, why = ("level", "asked for") if asked else ("OPENWORK_SIMD", "OPENWORK_SIMD says so")
    level = asked or os.environ.get("OPENWORK_SIMD")
    if not level:
        return usable[-1], f"the widest of {', '.join(usable)} that this machine runs"
    if level not in usable:
        raise EngineError("unknown SIMD level", Reason(where, f"{level!r} cannot run here", suggestion(level, usable)))
    return level, why


class NativeEngine(Engine):
    """One input per SIMD lane, models and blocks of inputs shared among threads."""

    name = "native"

    def __init__(self, threads: int = 1, level: str | None = None) -> None:
        self.threads = threads
        self._crews: list[Any] = []
        self.level, self._level_reason = simd_level(level)

    @property
    def arithmetic(self) -> str:
        return f"native {self.level}"

    def why(self) -> str:
        return f"native core, {self.level} ({self._level_reason}), {self.threads} threads"

    def _crew(self) -> Any:
        """This process's threads, started when they are first needed; a fork inherits none and starts its own."""
        if not (self._crews and self._crews[-1].is_here):
            self._crews.append(_core.Crew(self.threads))
        return self._crews[-1]

    def _core(self, spec: ModelSpec) -> Any:
        return _core_of(spec, self.level)

    def _run(
        self, stack: Stack, start: int, tokens: Tokens, taps: Taps, graded: tuple[int, ...], sources: list[Source]
    ) -> Trace:
        spec, models, n = stack.spec, len(stack), len(tokens)
        logits = np.empty((models, n, len(graded), spec.d_vocab_out), spec.dtype)
        captures = _room(stack, tokens, taps.reads)
        held = _writes_of(sources) + _writes(taps.writes) + _reads(READ, captures)
        core = self._core(spec)
        _core.run(core, stack.flat, _int32(tokens), _graded(graded), _tokens(sources), held, logits, self._crew())
        return Trace(start, logits, captures)

    def _score(self, stack: Stack, dataset: Dataset, taps: Taps, sources: list[Source]) -> Scores:
        return self._sweep(stack, dataset, [taps], sources)[0]

    def _sweep(
        self, stack: Stack, dataset: Dataset, plans: Sequence[Taps], sources: list[Source]
    ) -> tuple[Scores, ...]:
        shape, graded = (len(plans), len(stack)), len(dataset.graded)
        loss, margin = np.zeros(shape), np.zeros(shape)
        right, sequences = np.zeros((*shape, graded), np.int64), np.zeros(shape, np.int64)
        _core.sweep(
            self._core(stack.spec),
            stack.flat,
            _int32(dataset.tokens),
            _int32(dataset.answers),
            _graded(dataset.graded),
            _tokens(sources),
            _writes_of(sources),
            [_writes(taps.writes) for taps in plans],
            loss,
            right,
            sequences,
            margin,
            [plans[0].below] if plans[0].below else [],
            self._crew(),
        )
        lost = [self._lost(stack, dataset, taps, sources, least) for taps, least in zip(plans, margin, strict=True)]
        found = zip(loss, right, sequences, margin, lost, strict=True)
        return tuple(Scores(len(dataset), *of_plan) for of_plan in found)

    def _lost(
        self, stack: Stack, dataset: Dataset, taps: Taps, sources: list[Source], margin: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """`[model]`, inputs with a logit that is not finite. A pass more, only where the margin tells of some."""
        found = np.zeros(len(stack), np.int64)
        if np.isneginf(margin).any():
            own, used = own_sources(taps, sources)
            for trace in self._blocks(
                stack, dataset.tokens, replace(own, reads=(), below=None), dataset.graded, used, BLOCK
            ):
                found += trace.not_numbers
        return found

    def _site_sums(self, stack: Stack, tokens: Tokens, sites: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
        return self._sums_and_below(stack, tokens, sites, ())[0]

    def _sums_and_below(
        self, stack: Stack, tokens: Tokens, sites: tuple[str, ...], edited: tuple[str, ...]
    ) -> tuple[dict[str, NDArray[np.float64]], object]:
        n_pos, known = tokens.shape[1], sites_of(stack.spec)
        shapes = {site: known[site].shape(stack.spec, n_pos) for site in sites}
        sizes = [math.prod(shape) for shape in shapes.values()]
        whole = [FromSource(site, np.arange(size, dtype=np.int32), 0) for site, size in zip(sites, sizes, strict=True)]
        sums = np.zeros((len(stack), sum(sizes)))
        core, graded = self._core(stack.spec), _graded(range(n_pos))
        places = [_core.make_tap(*tap_site(site), CONSTANT, 0, 0, None, None, None) for site in edited]
        taps, most = _writes(whole), KEPT_BYTES if edited else 0
        below = _core.site_sums(core, stack.flat, _int32(tokens), graded, taps, places, most, sums, self._crew())
        parts = np.split(sums, np.cumsum(sizes)[:-1], axis=1)
        return {site: part.reshape(-1, *shapes[site]) for site, part in zip(sites, parts, strict=True)}, below

    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        flat, exp_avg, exp_avg_sq = stack.flat.copy(), state.exp_avg.copy(), state.exp_avg_sq.copy()
        step, losses = state.step.copy(), np.full(batches.rates.shape, np.nan)
        clip = np.inf if optimiser.max_grad_norm is None else optimiser.max_grad_norm
        constants = [optimiser.beta1, optimiser.beta2, optimiser.eps, optimiser.weight_decay, clip]
        dataset = batches.dataset
        _core.train(
            self._core(stack.spec),
            flat,
            exp_avg,
            exp_avg_sq,
            step,
            _int32(dataset.tokens),
            _int32(dataset.answers),
            _graded(dataset.graded),
            np.ascontiguousarray(batches.order, np.int64),
            min(batches.batch_size, batches.order.shape[1]),  # whatever memory a larger one would ask for
            np.ascontiguousarray(batches.rates, np.float64),
            constants,
            losses,
            self._crew(),
        )
        return Trained(Stack(stack.spec, flat), OptimiserState(exp_avg, exp_avg_sq, step), losses)

    def _gradients(self, stack: Stack, dataset: Dataset) -> Gradients:
        loss, flat = np.zeros(len(stack)), np.zeros_like(stack.flat)
        tokens, answers, graded = _int32(dataset.tokens), _int32(dataset.answers), _graded(dataset.graded)
        _core.gradients(self._core(stack.spec), stack.flat, tokens, answers, graded, loss, flat, self._crew())
        return Gradients(loss, named_views(stack.spec, flat))

    def _gradients_at(
        self,
        stack: Stack,
        start: int,
        dataset: Dataset,
        taps: Taps,
        sites: tuple[str, ...],
        slopes: Floats | None,
        sources: list[Source],
    ) -> SiteGradients:
        spec, tokens = stack.spec, dataset.tokens
        metric = np.empty((len(stack), len(dataset)), spec.dtype)
        captures, gradients = _room(stack, tokens, taps.reads), _room(stack, tokens, sites)
        given = np.empty(0, spec.dtype)  # the loss
        if slopes is not None:
            given = np.ascontiguousarray(slopes, spec.dtype).reshape(-1, *slopes.shape[-3:])
        _core.site_gradients(
            self._core(spec),
            stack.flat,
            _int32(tokens),
            _int32(dataset.answers),
            _graded(dataset.graded),
            _tokens(sources),
            _writes_of(sources) + _writes(taps.writes) + _reads(READ, captures) + _reads(GRADIENT, gradients),
            given,
            metric,
            self._crew(),
        )
        return SiteGradients(start, metric, captures, gradients)


@lru_cache(maxsize=64)
def _core_of(spec: ModelSpec, level: str) -> Any:
    """Raises SpecError where `spec` is one that Pydantic made without looking: the core trusts these sizes."""
    spec = model_spec(**dict(spec))
    sizes = [spec.n_layers, spec.d_model, spec.n_heads, spec.d_head]
    sizes += [spec.d_mlp, spec.d_vocab, spec.d_vocab_out, spec.n_ctx]
    return _core.make_core(
        level,
        spec.dtype == "float64",
        sizes,
        spec.act_fn,
        spec.normalization_type or "none",
        spec.eps,
        spec.score_divisor,
        spec.attention_dir == "causal",
        spec.positional_embedding_type == "standard",
        -1 if spec.pad_token is None else spec.pad_token,
    )


def _room(stack: Stack, tokens: Tokens, names: Sequence[str]) -> dict[str, Floats]:
    """An array for each of these sites."""
    spec, sites = stack.spec, sites_of(stack.spec)
    n, n_pos = tokens.shape
    return {name: np.empty((len(stack), n, *sites[name].shape(spec, n_pos)), spec.dtype) for name in names}


def _reads(kind: int, arrays: dict[str, Floats]) -> list[Any]:
    held = []
    for name, out in arrays.items():
        flat = out.reshape(*out.shape[:2], -1)
        held.append(_core.make_tap(*tap_site(name), kind, 0, flat.shape[2], None, None, flat))
    return held


def _writes_of(sources: Sequence[Source]) -> list[Any]:
    return [held for number, source in enumerate(sources) for held in _writes(source.writes, number)]


def _writes(writes: Sequence[Write], world: int = -1) -> list[Any]:
    """What is written in the pass over source number `world`, or over the inputs themselves."""
    held = []
    for write in writes:
        place = tap_site(write.site)
        match write:
            case Constant(index=index):
                values = np.ascontiguousarray(write.values)
                held.append(_core.make_tap(*place, CONSTANT, 0, len(index), index, values, None, world))
            case FromSource(index=index):
                held.append(_core.make_tap(*place, FROM_SOURCE, write.source, len(index), index, None, None, world))
            case Affine(positions=index):
                values = np.concatenate([write.matrix.reshape(len(write.matrix), -1), write.bias], axis=1)
                held.append(_core.make_tap(*place, AFFINE, 0, len(index), index, values, None, world))
    return held


def _int32(tokens: Tokens) -> Tokens:
    return np.ascontiguousarray(tokens, np.int32)


def _tokens(sources: Sequence[Source]) -> list[Tokens]:
    return [_int32(source.tokens) for source in sources]


def _graded(graded: Sequence[int]) -> NDArray[np.int32]:
    return np.array(graded, np.int32)
