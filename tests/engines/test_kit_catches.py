"""The conformance kit can fail: each engine here is the native one with one thing wrong, and the kit must say so."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from openwork.engines import AdamW, Batches, Engine, Gradients, OptimiserState, Scores, SiteGradients, Trace, Trained
from openwork.engines.native import NativeEngine
from openwork.engines.taps import Affine, Constant, FromSource, Taps
from openwork.engines.torch.engine import TorchEngine
from openwork.models import Stack, model_spec
from openwork.testing import check_engine, check_training

SPEC = model_spec(
    n_layers=2, d_model=5, n_heads=2, d_head=3, d_mlp=6, d_vocab=5, d_vocab_out=4, n_ctx=6, act_fn="gelu", eps=1e-3
)
WIDE = SPEC.model_copy(update={"dtype": "float64"})
SEED = 16
"""Grades positions 2 and 4 of 5."""


class OtherModel(NativeEngine):
    """Runs another spec with the weights that it is given."""

    change: ClassVar[dict[str, Any]]

    def other(self, stack: Stack) -> Stack:
        return Stack(stack.spec.model_copy(update=self.change), stack.flat)

    def _run(self, stack: Stack, *rest: Any) -> Trace:
        return super()._run(self.other(stack), *rest)

    def _score(self, stack: Stack, *rest: Any) -> Scores:
        return super()._score(self.other(stack), *rest)

    def _gradients(self, stack: Stack, *rest: Any) -> Gradients:
        return super()._gradients(self.other(stack), *rest)

    def _gradients_at(self, stack: Stack, *rest: Any) -> SiteGradients:
        return super()._gradients_at(self.other(stack), *rest)

    def _train(self, stack: Stack, *rest: Any) -> Trained:
        after = super()._train(self.other(stack), *rest)
        return replace(after, stack=Stack(stack.spec, after.stack.flat))


class LooksAhead(OtherModel):
    change: ClassVar = {"attention_dir": "bidirectional"}


class OtherEps(OtherModel):
    change: ClassVar = {"eps": 1.001e-3}


class OtherActivation(OtherModel):
    change: ClassVar = {"act_fn": "gelu_new"}


class OtherScale(OtherModel):
    change: ClassVar = {"attn_scale": 3**0.5 * 1.0001}


class OtherTaps(NativeEngine):
    """Does something else with what is to be written and read."""

    def _run(self, stack: Stack, start: int, tokens: Any, taps: Taps, graded: Any, sources: Any) -> Trace:
        return super()._run(stack, start, tokens, self.changed(taps), graded, self.paired(sources))

    def _score(self, stack: Stack, dataset: Any, taps: Taps, sources: Any) -> Scores:
        return super()._score(stack, dataset, self.changed(taps), self.paired(sources))

    def changed(self, taps: Taps) -> Taps:
        return taps

    def paired(self, sources: Any) -> Any:
        return sources


class IgnoresEdits(OtherTaps):
    def changed(self, taps: Taps) -> Taps:
        return Taps((), taps.reads)


class IgnoresSources(OtherTaps):
    def changed(self, taps: Taps) -> Taps:
        return Taps(tuple(w for w in taps.writes if not isinstance(w, FromSource)), taps.reads)


class EditsInReverse(OtherTaps):
    def changed(self, taps: Taps) -> Taps:
        return Taps(taps.writes[::-1], taps.reads)


class MeanOfTheFirstModel(OtherTaps):
    def changed(self, taps: Taps) -> Taps:
        writes = [replace(w, values=w.values[:1]) if isinstance(w, Constant) else w for w in taps.writes]
        return Taps(tuple(writes), taps.reads)


class AffineWithoutBias(OtherTaps):
    def changed(self, taps: Taps) -> Taps:
        writes = [replace(w, bias=w.bias * 0) if isinstance(w, Affine) else w for w in taps.writes]
        return Taps(tuple(writes), taps.reads)


class EditsOnePlaceTooFar(OtherTaps):
    def changed(self, taps: Taps) -> Taps:
        writes = [replace(w, index=np.maximum(w.index - 1, 0)) if isinstance(w, FromSource) else w for w in taps.writes]
        return Taps(tuple(writes), taps.reads)


class UneditedWorlds(OtherTaps):
    def paired(self, sources: Any) -> Any:
        return [replace(source, writes=()) for source in sources]


class PairsOneRowOff(OtherTaps):
    def paired(self, sources: Any) -> Any:
        return [replace(source, tokens=np.roll(source.tokens, 1, axis=0)) for source in sources]


class CapturesBeforeEdits(NativeEngine):
    def _run(self, stack: Stack, start: int, tokens: Any, taps: Taps, graded: Any, sources: Any) -> Trace:
        before = super()._run(stack, start, tokens, Taps((), taps.reads), graded, [])
        after = super()._run(stack, start, tokens, Taps(taps.writes), graded, sources)
        return replace(after, captures=before.captures)


class ScoresUnedited(NativeEngine):
    def _score(self, stack: Stack, dataset: Any, taps: Taps, sources: Any) -> Scores:
        return super()._score(stack, dataset, Taps(), [])


class GradesOneEarlier(NativeEngine):
    def _run(self, stack: Stack, start: int, tokens: Any, taps: Taps, graded: Any, sources: Any) -> Trace:
        return super()._run(stack, start, tokens, taps, tuple(max(position - 1, 0) for position in graded), sources)


class HidesTheMask(NativeEngine):
    def _run(self, *given: Any) -> Trace:
        trace = super()._run(*given)
        return replace(trace, captures={k: np.nan_to_num(v, neginf=-1e9) for k, v in trace.captures.items()})


class SeesWhenBlinded(NativeEngine):
    """Softmax gives a key whose score is minus infinity the smallest number there is."""

    def _run(self, *given: Any) -> Trace:
        trace = super()._run(*given)
        least = np.tril(np.full((given[2].shape[1],) * 2, np.finfo(trace.logits.dtype).tiny))
        captures = {k: v + least if k.endswith("pattern") else v for k, v in trace.captures.items()}
        return replace(trace, captures=captures)


class OneBlock(NativeEngine):
    def _blocks(self, stack: Stack, tokens: Any, taps: Taps, graded: Any, sources: Any, block: int) -> Iterator[Trace]:
        yield self._run(stack, 0, tokens, taps, graded, sources)


class OtherScores(NativeEngine):
    """Judges logits in its own way."""

    def _score(self, stack: Stack, dataset: Any, taps: Taps, sources: Any) -> Scores:
        logits = self._run(stack, 0, dataset.tokens, taps, dataset.graded, sources).logits
        return self.judged(super()._score(stack, dataset, taps, sources), logits, dataset.answers)

    def judged(self, scores: Scores, logits: np.ndarray, answers: np.ndarray) -> Scores:
        return scores


class LastLargestWins(OtherScores):
    def judged(self, scores: Scores, logits: np.ndarray, answers: np.ndarray) -> Scores:
        right = logits.shape[-1] - 1 - logits[..., ::-1].argmax(axis=-1) == answers
        right &= ~np.isnan(logits).any(axis=-1)
        return replace(scores, right=right.sum(axis=1), sequences=right.all(axis=2).sum(axis=1))


class NanIsRight(OtherScores):
    def judged(self, scores: Scores, logits: np.ndarray, answers: np.ndarray) -> Scores:
        right = np.nan_to_num(logits).argmax(axis=-1) == answers
        return replace(scores, right=right.sum(axis=1), sequences=right.all(axis=2).sum(axis=1))


class SequencesByTheWorstPosition(OtherScores):
    def judged(self, scores: Scores, logits: np.ndarray, answers: np.ndarray) -> Scores:
        return replace(scores, sequences=scores.right.min(axis=1))


class MarginWithoutTheAnswer(OtherScores):
    def judged(self, scores: Scores, logits: np.ndarray, answers: np.ndarray) -> Scores:
        ordered = np.sort(logits, axis=-1)
        return replace(scores, margin=(ordered[..., -1] - ordered[..., -2]).min(axis=(1, 2)).astype(np.float64))


class LossOfTheLastPosition(NativeEngine):
    def _gradients(self, stack: Stack, dataset: Any) -> Gradients:
        last = replace(dataset, graded=dataset.graded[-1:], answers=dataset.answers[:, -1:])
        return super()._gradients(stack, last)


class NoGradientOfNorms(NativeEngine):
    def _gradients(self, *given: Any) -> Gradients:
        found = super()._gradients(*given)
        return replace(found, weights={k: v * (not k.endswith("ln1.b")) for k, v in found.weights.items()})


class GradientsOfTheMean(NativeEngine):
    def _gradients_at(self, stack: Stack, start: int, dataset: Any, *rest: Any) -> SiteGradients:
        found = super()._gradients_at(stack, start, dataset, *rest)
        return replace(found, gradients={k: v / len(dataset) for k, v in found.gradients.items()})


class GradientsThroughEdits(NativeEngine):
    """Those of an unedited pass."""

    def _gradients_at(self, stack: Stack, start: int, dataset: Any, taps: Taps, *rest: Any) -> SiteGradients:
        found = super()._gradients_at(stack, start, dataset, taps, *rest)
        unedited = super()._gradients_at(stack, start, dataset, Taps(), *rest[:2], [])
        return replace(found, gradients=unedited.gradients)


class SlopesOfTheFirstModel(NativeEngine):
    def _gradients_at(self, stack: Stack, start: int, dataset: Any, taps: Taps, sites: Any, slopes: Any, sources: Any):
        slopes = slopes[:1] if slopes is not None and slopes.ndim == 4 else slopes
        return super()._gradients_at(stack, start, dataset, taps, sites, slopes, sources)


class NoGradientOfScales(NativeEngine):
    def _gradients_at(self, *given: Any) -> SiteGradients:
        found = super()._gradients_at(*given)
        return replace(found, gradients={k: v * ("scale" not in k) for k, v in found.gradients.items()})


class OtherTraining(NativeEngine):
    """Trains with something else than it is told."""

    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        return super()._train(stack, *self.changed(state, batches, optimiser))

    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, batches, optimiser


class NoDecay(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, batches, replace(optimiser, weight_decay=0.0)


class NoClip(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, batches, replace(optimiser, max_grad_norm=None)


class AlwaysClips(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, batches, replace(optimiser, max_grad_norm=optimiser.max_grad_norm or 0.05)


class ForgetsTheStep(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return replace(state, step=state.step * 0), batches, optimiser


class ForgetsTheMoments(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return replace(state, exp_avg=state.exp_avg * 0), batches, optimiser


class RatesOfTheFirstModel(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, replace(batches, rates=np.repeat(batches.rates[:1], len(batches.rates), axis=0)), optimiser


class OrderOfTheFirstModel(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, replace(batches, order=np.repeat(batches.order[:1], len(batches.order), axis=0)), optimiser


class FillsTheLastBatch(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        missing = -batches.order.shape[1] % batches.batch_size
        return state, replace(batches, order=np.pad(batches.order, ((0, 0), (0, missing)), "wrap")), optimiser


class TrainsInPlace(NativeEngine):
    def _train(self, stack: Stack, *rest: Any) -> Trained:
        after = super()._train(stack, *rest)
        # as only code outside Python can
        ctypes.memmove(stack.flat.ctypes.data, after.stack.flat.ctypes.data, stack.flat.nbytes)
        return after


class GoesOnAfterABlowUp(NativeEngine):
    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        after = super()._train(stack, state, batches, optimiser)
        return replace(after, state=replace(after.state, step=state.step + batches.rates.shape[1]))


class StopsEveryModelTogether(NativeEngine):
    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        after = super()._train(stack, state, batches, optimiser)
        ended = ~np.isfinite(after.losses).all(axis=0)
        return replace(after, losses=np.where(ended, np.nan, after.losses))


class ThreadsChangeBits(NativeEngine):
    def _gradients(self, *given: Any) -> Gradients:
        found = super()._gradients(*given)
        return replace(found, loss=np.nextafter(found.loss, 9)) if self.threads > 1 else found


class NeighboursChangeBits(NativeEngine):
    def _train(self, stack: Stack, *rest: Any) -> Trained:
        after = super()._train(stack, *rest)
        return replace(after, losses=np.nextafter(after.losses, 9)) if len(stack) > 1 else after


class RemembersCalls(NativeEngine):
    calls = 0

    def _run(self, *given: Any) -> Trace:
        trace = super()._run(*given)
        self.calls += 1
        return replace(trace, logits=np.nextafter(trace.logits, 9)) if self.calls > 3 else trace


class SingleInsteadOfDouble(OtherModel):
    change: ClassVar = {"dtype": "float32"}


BROKEN = [
    *(LooksAhead, OtherEps, OtherActivation, OtherScale, SingleInsteadOfDouble),
    *(IgnoresEdits, IgnoresSources, EditsInReverse, MeanOfTheFirstModel, AffineWithoutBias, EditsOnePlaceTooFar),
    *(
        UneditedWorlds,
        PairsOneRowOff,
        CapturesBeforeEdits,
        ScoresUnedited,
        GradesOneEarlier,
        HidesTheMask,
        SeesWhenBlinded,
        OneBlock,
    ),
    *(LastLargestWins, NanIsRight, SequencesByTheWorstPosition, MarginWithoutTheAnswer),
    *(GradientsOfTheMean, GradientsThroughEdits, SlopesOfTheFirstModel, NoGradientOfScales),
    *(LossOfTheLastPosition, NoGradientOfNorms, NoDecay, NoClip, AlwaysClips, ForgetsTheStep, ForgetsTheMoments),
    *(RatesOfTheFirstModel, OrderOfTheFirstModel, FillsTheLastBatch, TrainsInPlace, GoesOnAfterABlowUp),
    *(StopsEveryModelTogether, ThreadsChangeBits, NeighboursChangeBits, RemembersCalls),
]


@pytest.fixture(scope="module")
def check(oracle: Engine) -> Callable[[Callable[[int], NativeEngine]], None]:
    return lambda make: check_engine(make, oracle, WIDE, SEED)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda engine: engine.__name__)
def test_a_broken_engine_is_caught(broken: Callable[[int], NativeEngine], check):
    with pytest.raises(AssertionError, match="native"):
        check(broken)


def test_the_same_engine_unbroken_passes(check):
    check(NativeEngine)
    check(OtherTaps)
    check(OtherScores)
    check(OtherTraining)


class HalfPrecision(NativeEngine):
    def _run(self, stack: Stack, *rest: Any) -> Trace:
        return super()._run(Stack(stack.spec, stack.flat.astype(np.float16)), *rest)


def test_coarse_rounding_is_caught_in_float32_too():
    with pytest.raises(AssertionError, match="differs by"):
        check_engine(HalfPrecision, TorchEngine(1), SPEC, SEED)


class OtherAdamEps(OtherTraining):
    def changed(self, state: OptimiserState, batches: Batches, optimiser: AdamW) -> tuple[Any, Any, Any]:
        return state, batches, replace(optimiser, eps=1e-6)


def test_a_drift_over_many_steps_is_caught():
    with pytest.raises(AssertionError, match="after 50 steps"):
        check_training(OtherAdamEps(1), TorchEngine(1), WIDE, SEED, steps=50)
