"""PyTorch behind the engine contract: autograd for gradients, `torch.optim.AdamW` for steps.

On the CPU each model runs on its own, `threads` at a time: for models that suit this engine, a stack as one
batched model takes up to 1.6 times as long (docs/decisions/0003-engines.md), and PyTorch's kernels round some shapes
otherwise in a stack than alone. On a GPU a stack trains as one batched model. Passes go model by model everywhere, in
pieces that are work enough for the device.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from openwork.data import Dataset
from openwork.engines.contract import Engine
from openwork.engines.taps import FromSource, Source, Taps
from openwork.engines.torch.device import CPU, Device
from openwork.engines.torch.forward import forward
from openwork.engines.torch.parallel import Job, run_jobs
from openwork.engines.torch.scoring import Tally, mean_losses, tally
from openwork.engines.torch.tapped import Captured, Tapped
from openwork.engines.torch.training import backward, models_at_once, train_side_by_side
from openwork.engines.torch.weights import Weights, ids
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
from openwork.models import Stack, named_views
from openwork.tasks import Tokens

T = TypeVar("T")


class TorchEngine(Engine):
    """Models, and pieces of the inputs, on `threads` cores or on a GPU."""

    name = "torch"
    learns_sets = True
    sharpens = True

    def __init__(self, threads: int = 1, device: Device = CPU) -> None:
        self.threads, self.device = threads, device

    @property
    def arithmetic(self) -> str:
        return self.device.label

    def why(self) -> str:
        return f"PyTorch {torch.__version__}, {self.device}, {self.threads} threads"

    def _run(
        self, stack: Stack, start: int, tokens: Tokens, taps: Taps, graded: tuple[int, ...], sources: list[Source]
    ) -> Trace:
        def piece(weights: Weights, model: int, rows: slice) -> tuple[Tensor, Captured]:
            own = [source.take(rows) for source in sources]
            logits, at = _pass(stack, weights, model, tokens[rows], taps.take(rows), graded, own)
            return logits.cpu(), {site: at.seen[site].cpu() for site in taps.reads}

        found = self._each_piece(stack, tokens, piece)
        logits = np.stack([torch.cat([logits for logits, _ in pieces]).numpy() for pieces in found])
        captures = {
            site: np.stack([torch.cat([seen[site] for _, seen in pieces]).numpy() for pieces in found])
            for site in taps.reads
        }
        return Trace(start, logits, captures)

    def _score(self, stack: Stack, dataset: Dataset, taps: Taps, sources: list[Source]) -> Scores:
        def piece(weights: Weights, model: int, rows: slice) -> Tally:
            inputs = [source.take(rows) for source in sources]
            logits, _ = _pass(stack, weights, model, dataset.tokens[rows], taps, dataset.graded, inputs)
            return tally(logits, ids(dataset.answers[rows], self.device.name))

        found = self._each_piece(stack, dataset.tokens, piece)
        return Scores(
            len(dataset),
            np.array([sum(t.loss for t in tallies) for tallies in found]) / dataset.answers.size,
            np.array([torch.stack([t.right for t in tallies]).sum(0).cpu().numpy() for tallies in found], np.int64),
            np.array([sum(t.sequences for t in tallies) for tallies in found], np.int64),
            np.array([np.min([t.margin for t in tallies]) for tallies in found]),
            np.array([sum(t.not_numbers for t in tallies) for tallies in found], np.int64),
        )

    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        size = models_at_once(stack.spec, batches, self.device) if self.device.together else 1

        def some(models: range, stop: threading.Event) -> Trained:
            entropy = None if batches.attn_entropy is None else batches.attn_entropy[models]
            own = replace(batches, order=batches.order[models], rates=batches.rates[models], attn_entropy=entropy)
            return train_side_by_side(stack.take(models), state.take(models), own, optimiser, self.device, stop)

        starts = range(0, len(stack), size)
        found = self._jobs([partial(some, range(len(stack))[start : start + size]) for start in starts])
        after = OptimiserState(
            np.concatenate([t.state.exp_avg for t in found]),
            np.concatenate([t.state.exp_avg_sq for t in found]),
            np.concatenate([t.state.step for t in found]),
        )
        flat = np.concatenate([t.stack.flat for t in found])
        return Trained(Stack(stack.spec, flat), after, np.concatenate([t.losses for t in found]))

    def _gradients(self, stack: Stack, dataset: Dataset) -> Gradients:
        def one(model: int, _: threading.Event) -> tuple[float, Tensor]:
            weights = Weights(stack, model, trains=True, device=self.device.name)
            return backward(stack.spec, weights, dataset, self.device), weights.gradient

        found = self._jobs([partial(one, model) for model in range(len(stack))])
        flat = np.stack([gradient.cpu().numpy() for _, gradient in found])
        return Gradients(np.array([loss for loss, _ in found]), named_views(stack.spec, flat))

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
        device = self.device.name

        def piece(weights: Weights, model: int, rows: slice) -> tuple[Tensor, Captured, Captured]:
            inputs = [source.take(rows) for source in sources]
            logits, at = _pass(
                stack, weights, model, dataset.tokens[rows], taps, dataset.graded, inputs, gradients=sites
            )
            if slopes is None:
                metric = mean_losses(logits, ids(dataset.answers[rows], device), dataset.sets)
            else:
                own = slopes if slopes.ndim == 3 else slopes[min(model, len(slopes) - 1)]
                metric = (logits * torch.tensor(own[rows], dtype=logits.dtype, device=device)).sum((1, 2))
            leaves = [at.leaves[site] for site in sites]
            found = torch.autograd.grad(metric.sum(), leaves, allow_unused=True, materialize_grads=True)
            seen = {site: at.seen[site].detach().cpu() for site in taps.reads}
            return metric.detach().cpu(), seen, {site: g.cpu() for site, g in zip(sites, found, strict=True)}

        found = self._each_piece(stack, dataset.tokens, piece, gradients=True)
        metric = np.stack([torch.cat([m for m, _, _ in pieces]).numpy() for pieces in found])
        captures = {s: np.stack([torch.cat([c[s] for _, c, _ in p]).numpy() for p in found]) for s in taps.reads}
        gradients = {s: np.stack([torch.cat([g[s] for _, _, g in p]).numpy() for p in found]) for s in sites}
        return SiteGradients(start, metric, captures, gradients)

    def _each_piece(
        self,
        stack: Stack,
        tokens: Tokens,
        piece: Callable[[Weights, int, slice], T],
        gradients: bool = False,
    ) -> list[list[T]]:
        """`piece` of every model and of every few inputs: for each model, the pieces in order."""

        def job(weights: Weights, model: int, rows: slice, stop: threading.Event) -> T:
            with torch.inference_mode(not gradients):
                return piece(weights, model, rows)

        pieces = self.device.pieces(len(tokens), tokens.shape[1])
        loaded = [Weights(stack, model, gradients, self.device.name) for model in range(len(stack))]
        jobs = [partial(job, w, m, rows) for m, w in enumerate(loaded) for rows in pieces]
        done = self._jobs(jobs)
        return [done[m * len(pieces) : (m + 1) * len(pieces)] for m in range(len(stack))]

    def _jobs(self, jobs: Sequence[Job[T]]) -> list[T]:
        """Several at a time on the CPU; a GPU is busy with one."""
        return run_jobs(self.threads if self.device.name == "cpu" else 1, jobs)


def _pass(
    stack: Stack,
    weights: Weights,
    model: int,
    tokens: Tokens,
    taps: Taps,
    graded: tuple[int, ...],
    sources: Sequence[Source],
    gradients: Sequence[str] = (),
) -> tuple[Tensor, Tapped]:
    """Logits at `graded`, and what was tapped, of one model over a few inputs."""
    spec, device = stack.spec, str(weights.flat.device)
    captured: list[Captured] = []
    taking = [write for source in sources for write in source.writes] + list(taps.writes)
    for number, source in enumerate(sources):
        sites = {w.site for w in taking if isinstance(w, FromSource) and w.source == number}
        own = Tapped(spec, sites, source.writes, model, captured.__getitem__)
        with torch.no_grad():
            forward(spec, weights.named, ids(source.tokens, device), graded, own)
        captured.append(own.seen)
    at = Tapped(spec, taps.reads, taps.writes, model, captured.__getitem__, gradients)
    return forward(spec, weights.named, ids(tokens, device), graded, at), at
