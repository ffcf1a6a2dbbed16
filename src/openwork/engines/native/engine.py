"""The native core behind the engine contract: turns checked arrays and taps into what the C++ module takes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.contract import Engine
from openwork.engines.native import _core
from openwork.engines.native._core import AnswerKind, TapKind
from openwork.engines.native.sites import tap_site
from openwork.engines.taps import Affine, Constant, FromSource, PerInput, Source, Taps, Write, own_sources
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
    learns_sets = True
    sharpens = True
    holds_only_results = True

    def __init__(self, threads: int = 1, level: str | None = None) -> None:
        self.threads = threads
        self._pools: list[_core.ThreadPool] = []
        self.level, self._level_reason = simd_level(level)

    @property
    def arithmetic(self) -> str:
        return f"native {self.level}"

    def why(self) -> str:
        return f"native core, {self.level} ({self._level_reason}), {self.threads} threads"

    def _pool(self) -> _core.ThreadPool:
        """This process's threads, started when they are first needed; a fork inherits none and starts its own."""
        if not (self._pools and self._pools[-1].is_here):
            self._pools.append(_core.ThreadPool(self.threads))
        return self._pools[-1]

    def workload(
        self,
        stack: Stack,
        tokens: Tokens,
        graded: Sequence[int],
        *,
        answers: Tokens | None = None,
        answer_kind: AnswerKind = AnswerKind.symbol,
        sources: Sequence[Source] = (),
        taps: Sequence[_core.Tap] = (),
    ) -> _core.Workload:
        """What a call to the core is about; `taps` are those of the pass, and the sources' own come before them."""
        return _core.Workload(
            core=_core_of(stack.spec, self.level),
            pool=self._pool(),
            stack=stack.flat,
            tokens=_int32(tokens),
            graded=np.array(graded, np.int32),
            answers=None if answers is None else _int32(answers),
            sources=[_int32(source.tokens) for source in sources],
            taps=[*_writes_of(sources), *taps],
            answer_kind=answer_kind,
        )

    def judging(
        self, stack: Stack, dataset: Dataset, sources: Sequence[Source] = (), taps: Sequence[_core.Tap] = ()
    ) -> _core.Workload:
        """What a call to the core is about that looks at the answers, of whatever kind they are."""
        kind = AnswerKind.symbol if dataset.one_symbol_each else AnswerKind.symbol_or_none
        if dataset.sets:
            kind = AnswerKind.set
        return self.workload(
            stack,
            dataset.tokens,
            dataset.graded,
            answers=dataset.answers,
            answer_kind=kind,
            sources=sources,
            taps=taps,
        )

    def _run(
        self, stack: Stack, start: int, tokens: Tokens, taps: Taps, graded: tuple[int, ...], sources: list[Source]
    ) -> Trace:
        shape = (len(stack), len(tokens), len(graded), stack.spec.d_vocab_out)
        return self._trace(stack, start, tokens, taps, graded, sources, np.empty(shape, stack.spec.dtype))

    def _values(self, stack: Stack, tokens: Tokens, sources: list[Source], taps: Taps) -> Trace:
        """The pass ends where the last value is read."""
        none = np.empty((len(stack), len(tokens), 0, stack.spec.d_vocab_out), stack.spec.dtype)
        return self._trace(stack, 0, tokens, taps, (tokens.shape[1] - 1,), sources, none)

    def _trace(
        self,
        stack: Stack,
        start: int,
        tokens: Tokens,
        taps: Taps,
        graded: tuple[int, ...],
        sources: list[Source],
        logits: Floats,
    ) -> Trace:
        captures = _room(stack, tokens, taps.reads)
        held = _writes(taps.writes) + _reads(TapKind.read, captures)
        _core.run(self.workload(stack, tokens, graded, sources=sources, taps=held), logits)
        return Trace(start, logits, captures)

    def _score(self, stack: Stack, dataset: Dataset, taps: Taps, sources: list[Source]) -> Scores:
        return self._sweep(stack, dataset, [taps], sources)[0]

    def _sweep(
        self, stack: Stack, dataset: Dataset, plans: Sequence[Taps], sources: list[Source]
    ) -> tuple[Scores, ...]:
        shape, graded = (len(plans), len(stack)), len(dataset.graded)
        loss, margin = np.zeros(shape), np.zeros(shape)
        right, sequences = np.zeros((*shape, graded), np.int64), np.zeros(shape, np.int64)
        of_plans = [_writes(taps.writes) for taps in plans]
        work = self.workload(
            stack,
            dataset.tokens,
            dataset.graded,
            answers=dataset.answers,
            sources=sources,
            taps=[tap for of_plan in of_plans for tap in of_plan],
        )
        below = [streams for streams in [plans[0].below] if streams is not None]
        _core.sweep(work, [len(of_plan) for of_plan in of_plans], below, _core.Scores(loss, right, sequences, margin))
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
            own = replace(own, reads=(), below=None)
            for trace in self._blocks(stack, dataset.tokens, own, dataset.graded, used, BLOCK):
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
        work = self.workload(stack, tokens, range(n_pos), sources=[Source(tokens)], taps=_writes(whole))
        places = [_core.make_tap(*tap_site(site), TapKind.constant) for site in edited]
        below = _core.site_sums(work, places, KEPT_BYTES if edited else 0, sums)
        parts = np.split(sums, np.cumsum(sizes)[:-1], axis=1)
        return {site: part.reshape(-1, *shapes[site]) for site, part in zip(sites, parts, strict=True)}, below

    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        flat, exp_avg, exp_avg_sq = stack.flat.copy(), state.exp_avg.copy(), state.exp_avg_sq.copy()
        step, losses = state.step.copy(), np.full(batches.rates.shape, np.nan)
        dataset, entropy = batches.dataset, batches.attn_entropy
        size = min(batches.batch_size, batches.order.shape[1])  # whatever memory a larger one would ask for
        _core.train(
            self.judging(stack, dataset),
            _core.State(weights=flat, exp_avg=exp_avg, exp_avg_sq=exp_avg_sq, steps=step),
            _core.Batches(
                order=np.ascontiguousarray(batches.order, np.int64),
                batch_size=size,
                rates=np.ascontiguousarray(batches.rates, np.float64),
                **({} if entropy is None else {"attn_entropy": np.ascontiguousarray(entropy, np.float64)}),
            ),
            _core.AdamW(
                beta1=optimiser.beta1,
                beta2=optimiser.beta2,
                eps=optimiser.eps,
                weight_decay=optimiser.weight_decay,
                max_grad_norm=np.inf if optimiser.max_grad_norm is None else optimiser.max_grad_norm,
            ),
            losses,
        )
        return Trained(Stack(stack.spec, flat), OptimiserState(exp_avg, exp_avg_sq, step), losses)

    def _gradients(self, stack: Stack, dataset: Dataset) -> Gradients:
        loss, flat = np.zeros(len(stack)), np.zeros_like(stack.flat)
        _core.gradients(self.judging(stack, dataset), loss, flat)
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
        held = _writes(taps.writes) + _reads(TapKind.read, captures) + _reads(TapKind.gradient, gradients)
        work = self.judging(stack, dataset, sources, held)
        _core.site_gradients(work, given, metric)
        return SiteGradients(start, metric, captures, gradients)


@lru_cache(maxsize=64)
def _core_of(spec: ModelSpec, level: str) -> _core.Core:
    """Raises SpecError where `spec` is one that Pydantic made without looking: the core trusts these sizes."""
    spec = model_spec(**dict(spec))
    sizes = [spec.n_layers, spec.d_model, spec.n_heads, spec.d_head]
    sizes += [spec.d_mlp, spec.d_vocab, spec.d_vocab_out, spec.n_ctx]
    return _core.make_core(
        level,
        wide=spec.dtype == "float64",
        sizes=sizes,
        act=spec.act_fn,
        norm=spec.normalization_type or "none",
        eps=spec.eps,
        score_divisor=spec.score_divisor,
        causal=spec.attention_dir == "causal",
        positions=spec.positional_embedding_type == "standard",
        pad=-1 if spec.pad_token is None else spec.pad_token,
    )


def _room(stack: Stack, tokens: Tokens, names: Sequence[str]) -> dict[str, Floats]:
    """An array for each of these sites."""
    spec, sites = stack.spec, sites_of(stack.spec)
    n, n_pos = tokens.shape
    return {name: np.empty((len(stack), n, *sites[name].shape(spec, n_pos)), spec.dtype) for name in names}


def _reads(kind: TapKind, arrays: dict[str, Floats]) -> list[_core.Tap]:
    held = []
    for name, out in arrays.items():
        flat = out.reshape(*out.shape[:2], -1)
        held.append(_core.make_tap(*tap_site(name), kind, n=flat.shape[2], out=flat))
    return held


def _writes_of(sources: Sequence[Source]) -> list[_core.Tap]:
    return [held for number, source in enumerate(sources) for held in _writes(source.writes, number)]


def _writes(writes: Sequence[Write], world: int = -1) -> list[_core.Tap]:
    """What is written in the pass over source number `world`, or over the inputs themselves."""
    held = []
    for write in writes:
        source, values = 0, None
        match write:
            case Constant(index=index):
                kind, values = TapKind.constant, np.ascontiguousarray(write.values)
            case FromSource(index=index):
                kind, source = TapKind.from_source, write.source
            case PerInput(index=index):
                alike = write.values.strides[1] == 0  # one input's for all
                kind, values = (TapKind.constant, write.values[:, :1]) if alike else (TapKind.given, write.values)
                values = np.ascontiguousarray(values).reshape(len(values), -1)
            case Affine(positions=index):
                kind = TapKind.affine
                values = np.concatenate([write.matrix.reshape(len(write.matrix), -1), write.bias], axis=1)
        place, n = tap_site(write.site), len(index)
        held.append(_core.make_tap(*place, kind, source=source, n=n, index=index, values=values, world=world))
    return held


def _int32(tokens: Tokens) -> Tokens:
    return np.ascontiguousarray(tokens, np.int32)
