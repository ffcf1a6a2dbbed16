"""Gradients and optimiser steps of one model."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from openwork.data import Dataset
from openwork.engines.torch.forward import forward
from openwork.engines.torch.tapped import Tapped
from openwork.engines.torch.weights import Weights, ids
from openwork.engines.values import AdamW, Batches, Floats, OptimiserState
from openwork.models import ModelSpec, Stack

ROWS = 4096


@dataclass(frozen=True)
class OneTrained:
    """One model after many steps: a row of every array of `Trained`."""

    flat: Floats
    exp_avg: Floats
    exp_avg_sq: Floats
    step: int
    losses: NDArray[np.float64]


def backward(spec: ModelSpec, weights: Weights, dataset: Dataset) -> float:
    """The mean loss; its gradient is in `weights.gradient` afterwards."""
    weights.gradient.zero_()
    total, count = 0.0, dataset.answers.size
    for start in range(0, len(dataset), ROWS):
        tokens = ids(dataset.tokens[start : start + ROWS])
        answers = ids(dataset.answers[start : start + ROWS])
        logits = forward(spec, weights.named, tokens, dataset.graded, Tapped(spec))
        loss: Tensor = F.cross_entropy(logits.flatten(0, 1), answers.flatten(), reduction="sum") / count
        torch.autograd.backward(loss)
        total += loss.item()
    return total


def train_one(
    stack: Stack, model: int, state: OptimiserState, batches: Batches, constants: AdamW, stop: threading.Event
) -> OneTrained:
    """All steps of one model; ends at the first step whose loss or gradient is not finite."""
    weights = Weights(stack, model, trains=True)
    whole = torch.nn.Parameter(weights.flat)
    whole.grad = weights.gradient
    optimiser = torch.optim.AdamW(
        [whole], betas=(constants.beta1, constants.beta2), eps=constants.eps, weight_decay=constants.weight_decay
    )
    memory = {
        "step": torch.tensor(float(state.step[model])),
        "exp_avg": torch.tensor(state.exp_avg[model]),
        "exp_avg_sq": torch.tensor(state.exp_avg_sq[model]),
    }
    optimiser.state[whole] = memory
    losses = np.full(batches.rates.shape[1], np.nan)
    for step, rate in enumerate(batches.rates[model]):
        first = step * batches.batch_size
        rows = batches.order[model, first : first + batches.batch_size]
        loss = backward(stack.spec, weights, batches.dataset.take(rows))
        if stop.is_set() or not (np.isfinite(loss) and weights.gradient.isfinite().all()):
            break
        losses[step] = loss
        if constants.max_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_([whole], constants.max_grad_norm)
        optimiser.param_groups[0]["lr"] = float(rate)
        optimiser.step()
    return OneTrained(
        weights.flat.numpy(),
        memory["exp_avg"].numpy(),
        memory["exp_avg_sq"].numpy(),
        int(memory["step"].item()),
        losses,
    )
