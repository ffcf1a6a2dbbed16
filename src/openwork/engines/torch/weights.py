"""Arrays as tensors: tokens, and weights with their gradient, flat and by name."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from openwork.models import ModelSpec, Stack, weight_shapes
from openwork.tasks import Tokens


def ids(tokens: Tokens, device: str = "cpu") -> Tensor:
    """Tokens or answers, of any layout, as what PyTorch indexes with."""
    return torch.from_numpy(np.ascontiguousarray(tokens, np.int64)).to(device)


class Weights:
    """A copy of one model of a stack. With `trains`, gradients gather in `gradient`, laid out as `flat`."""

    def __init__(self, stack: Stack, model: int, trains: bool = False, device: str = "cpu") -> None:
        self.flat = torch.tensor(stack.flat[model], device=device)
        self.gradient = torch.zeros_like(self.flat)
        self.named = leaves(stack.spec, self.flat, self.gradient if trains else None)


def leaves(spec: ModelSpec, flat: Tensor, gradient: Tensor | None = None) -> dict[str, Tensor]:
    """Views of `[..., param]` by weight name, each `[..., *shape]`; autograd adds to `gradient` what each gets."""
    named, start = {}, 0
    for name, shape in weight_shapes(spec).items():
        place = slice(start, start + math.prod(shape))
        leaf = flat[..., place].view(*flat.shape[:-1], *shape).detach()
        if gradient is not None:
            leaf.requires_grad_()
            leaf.grad = gradient[..., place].view(leaf.shape)
        named[name] = leaf
        start = place.stop
    return named
