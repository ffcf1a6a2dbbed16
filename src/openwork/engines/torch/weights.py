"""Arrays as tensors: tokens, and one model's weights with their gradient, flat and by name."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from openwork.models import Stack, weight_shapes
from openwork.tasks import Tokens


def ids(tokens: Tokens) -> Tensor:
    """Tokens or answers, of any layout, as what PyTorch indexes with."""
    return torch.from_numpy(np.ascontiguousarray(tokens, np.int64))


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
