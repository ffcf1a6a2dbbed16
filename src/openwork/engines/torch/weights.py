"""One model's weights as tensors: a flat copy, its gradient, and both by name."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from openwork.models import Stack, weight_shapes


class Weights:
    """A copy of one model of a stack. With `trains`, gradients gather in `gradient`, laid out as `flat`."""

    def __init__(self, stack: Stack, model: int, trains: bool = False) -> None:
        self.flat = torch.tensor(stack.flat[model])
        self.gradient = torch.zeros_like(self.flat)
        self.named: dict[str, Tensor] = {}
        start = 0
        for name, shape in weight_shapes(stack.spec).items():
            place = slice(start, start + math.prod(shape))
            leaf = self.flat[place].view(shape).detach()
            if trains:
                leaf.requires_grad_()
                leaf.grad = self.gradient[place].view(shape)
            self.named[name] = leaf
            start = place.stop
