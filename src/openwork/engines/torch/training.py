"""Gradients and optimiser steps: of one model, or of several side by side as one batched model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from openwork.data import Dataset
from openwork.engines.torch.device import Device
from openwork.engines.torch.forward import Named, forward
from openwork.engines.torch.scoring import losses_of
from openwork.engines.torch.tapped import Tapped
from openwork.engines.torch.weights import Weights, ids, leaves
from openwork.engines.values import AdamW, Batches, OptimiserState, Trained
from openwork.models import ModelSpec, Stack
from openwork.tasks import UNASKED

WORST = 10.0
"""how much more the square of an entropy counts than itself: the worst rows decide what can be proved"""
MEMORY = 4 * 2**30
"""Bytes that autograd may keep for models that train together."""


def backward(spec: ModelSpec, weights: Weights, dataset: Dataset, device: Device) -> float:
    """The mean loss of one model; its gradient is in `weights.gradient` afterwards."""
    weights.gradient.zero_()
    total, asked = 0.0, int((dataset.answers != UNASKED).sum())
    for rows in device.pieces(*dataset.tokens.shape):
        tokens, answers = ids(dataset.tokens[rows], device.name), ids(dataset.answers[rows], device.name)
        loss = summed_loss(spec, dataset.graded, dataset.sets, weights.named, tokens, answers) / asked
        torch.autograd.backward(loss)
        total += loss.item()
    return total


def sharpened_loss(
    spec: ModelSpec,
    graded: tuple[int, ...],
    sets: bool,
    named: Named,
    tokens: Tensor,
    answers: Tensor,
    weight: Tensor,
) -> Tensor:
    """`summed_loss` and, for every input and graded position, `weight` times a mean over heads, queries and layers of
    what attention's entropy counts: of queries that the loss hangs on."""
    entropies: list[Tensor] = []
    loss = summed_loss(spec, graded, sets, named, tokens, answers, entropies)
    end = max(graded) + 1 if spec.attention_dir == "causal" else tokens.shape[-1]
    rows = torch.stack([(e + WORST * e.square()).mean() for e in (e[:, :, :end] for e in entropies)]).mean()
    return loss + weight * rows * (len(tokens) * len(graded))


def summed_loss(
    spec: ModelSpec,
    graded: tuple[int, ...],
    sets: bool,
    named: Named,
    tokens: Tensor,
    answers: Tensor,
    entropies: list[Tensor] | None = None,
) -> Tensor:
    """Cross-entropy of one model over all inputs and the graded positions where an answer is wanted; of sets the binary
    one, averaged over symbols."""
    return losses_of(forward(spec, named, tokens, graded, Tapped(spec), entropies), answers, sets).sum()


class SideBySide:
    """Models that train together: their arrays have a leading axis `model`, and each is an optimiser's group, with a
    learning rate and a step of its own."""

    def __init__(
        self,
        stack: Stack,
        state: OptimiserState,
        dataset: Dataset,
        constants: AdamW,
        on: Device,
        attn_entropy: NDArray[np.float64] | None = None,
    ) -> None:
        device, self.pieces = on.name, on.pieces
        self.entropy = None
        if attn_entropy is not None and attn_entropy.any():
            self.entropy = torch.tensor(attn_entropy.astype(stack.flat.dtype), device=device)
        self.spec, self.graded, self.clip = stack.spec, dataset.graded, constants.max_grad_norm
        self.sets = dataset.sets
        asked = (dataset.answers != UNASKED).sum(axis=1)
        self.asked = None if dataset.one_symbol_each else torch.tensor(asked, device=device)
        self.tokens, self.answers = ids(dataset.tokens, device), ids(dataset.answers, device)
        self.flat = torch.tensor(stack.flat, device=device)
        self.gradient = torch.zeros_like(self.flat)
        # vmap over a single model costs a tenth of the time: then there is no axis to map
        self.alone = len(stack) == 1
        self.named = leaves(self.spec, self.flat[0] if self.alone else self.flat)
        for leaf in self.named.values():
            leaf.requires_grad_()
        self.exp_avg = torch.tensor(state.exp_avg, device=device)
        self.exp_avg_sq = torch.tensor(state.exp_avg_sq, device=device)
        self.step = torch.tensor(state.step, dtype=torch.float32, device=device)
        self.rows = [torch.nn.Parameter(row) for row in self.flat]
        self.optimiser = torch.optim.AdamW(
            [{"params": [row]} for row in self.rows],
            betas=(constants.beta1, constants.beta2),
            eps=constants.eps,
            weight_decay=constants.weight_decay,
            fused=True,
        )
        for model, row in enumerate(self.rows):
            row.grad = self.gradient[model]
            self.optimiser.state[row] = {
                "step": self.step[model],
                "exp_avg": self.exp_avg[model],
                "exp_avg_sq": self.exp_avg_sq[model],
            }

    def backward(self, order: NDArray[np.int64]) -> Tensor:
        """The mean loss `[model]` over inputs `order`, `[model, input]`; the gradient is in `gradient` afterwards."""
        self.gradient.zero_()
        rows = torch.from_numpy(np.array(order)).to(self.flat.device)
        total = torch.zeros(len(rows), dtype=torch.float64, device=rows.device)
        count: int | Tensor = rows.shape[1] * len(self.graded)
        if self.asked is not None:
            count = self.asked[rows].sum(1)
        for piece in self.pieces(rows.shape[1], self.tokens.shape[1]):
            some = rows[:, piece]
            losses = self._summed(self.tokens[some], self.answers[some]) / count
            found = torch.autograd.grad(losses.sum(), list(self.named.values()), materialize_grads=True)
            self.gradient += torch.cat([array.reshape(len(rows), -1) for array in found], dim=1)
            total += losses.detach()
        return total

    def _summed(self, tokens: Tensor, answers: Tensor) -> Tensor:
        kind = summed_loss if self.entropy is None else sharpened_loss
        one: Callable[..., Tensor] = partial(kind, self.spec, self.graded, self.sets)
        more = [] if self.entropy is None else [self.entropy]
        if self.alone:
            return one(self.named, tokens[0], answers[0], *(each[0] for each in more))[None]
        losses: Tensor = torch.func.vmap(one)(self.named, tokens, answers, *more)
        return losses

    def finite(self, losses: Tensor) -> NDArray[np.bool_]:
        """`[model]`, whether the loss and all of the gradient are."""
        found: NDArray[np.bool_] = (losses.isfinite() & self.gradient.isfinite().all(1)).cpu().numpy()
        return found

    def take_step(self, rates: NDArray[np.float64]) -> None:
        """Clips each model's gradient by its own norm, as `clip_grad_norm_`, then steps."""
        if self.clip is not None:
            norms = torch.linalg.vector_norm(self.gradient, dim=1, keepdim=True)
            self.gradient.mul_((self.clip / (norms + 1e-6)).clamp(max=1.0))
        for group, rate in zip(self.optimiser.param_groups, rates, strict=True):
            group["lr"] = float(rate)
        self.optimiser.step()

    def end(self, model: int) -> None:
        """No further step for this model: the optimiser passes over what has no gradient."""
        self.rows[model].grad = None


def models_at_once(spec: ModelSpec, batches: Batches, device: Device) -> int:
    """How many models of a stack fit into `MEMORY` together; it hangs on sizes alone, never on the stack."""
    n_pos = batches.dataset.tokens.shape[1]
    rows = min(batches.batch_size, device.pieces(batches.batch_size, n_pos)[0].stop)
    attention = 4 * spec.n_heads * spec.d_head + 2 * spec.n_heads * n_pos
    numbers = spec.n_layers * (attention + 8 * spec.d_model + 3 * spec.d_mlp) + 3 * spec.d_model
    position = numbers * np.dtype(spec.dtype).itemsize
    return max(1, MEMORY // int(position * n_pos * rows))


def train_side_by_side(
    stack: Stack, state: OptimiserState, batches: Batches, constants: AdamW, device: Device, stop: threading.Event
) -> Trained:
    """All steps of these models; each ends at its first step whose loss or gradient is not finite."""
    work = SideBySide(stack, state, batches.dataset, constants, device, batches.attn_entropy)
    losses = np.full(batches.rates.shape, np.nan)
    going = np.ones(len(stack), bool)
    for step, rates in enumerate(batches.rates.T):
        first = step * batches.batch_size
        found = work.backward(batches.order[:, first : first + batches.batch_size])
        fine = going & work.finite(found)
        for model in np.flatnonzero(going & ~fine):
            work.end(int(model))
        going = fine
        if stop.is_set() or not going.any():
            break
        losses[going, step] = found.cpu().numpy()[going]
        work.take_step(rates)
    after = OptimiserState(
        work.exp_avg.cpu().numpy(), work.exp_avg_sq.cpu().numpy(), work.step.cpu().numpy().astype(np.int64)
    )
    return Trained(Stack(stack.spec, work.flat.cpu().numpy()), after, losses)
